/**
 * A fault with a closed code, for callers to switch over. Each room has one subclass. A message names files and settings,
 * never what they hold or what a stranger sent.
 */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, detail: string, options: { readonly cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
  }
}
