/** The content of a sandboxed frame. */
export {};
