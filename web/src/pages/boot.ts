/** The first, inlined script of a page. */
export {};
