export type BenchErrorCode = 'usage' | 'child_failed' | 'wrong_replies' | 'not_seeded' | 'out_of_time' | 'interrupted';

/** Why a benchmark has no result. `usage` is the caller's fault; with all others there are no figures to be had. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
  readonly code: BenchErrorCode;
  constructor(code: BenchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
