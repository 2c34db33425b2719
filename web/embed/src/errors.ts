/** The one error of this package. */

export class CarrelError extends Error {
  override readonly name = "CarrelError";

  /** `code` is the frame's machine code, or `timeout`, `auth` or `cancelled` of this package. */
  constructor(
    readonly code: string,
    message: string,
    readonly reply?: unknown,
  ) {
    super(message);
  }
}
