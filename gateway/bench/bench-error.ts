import { CodedError } from '../../schemas/coded-error.ts';

export type BenchErrorCode = 'child_failed' | 'wrong_replies' | 'not_seeded' | 'out_of_time' | 'interrupted';

/** Why a benchmark has no result: there are no figures to be had. */
export class BenchError extends CodedError<BenchErrorCode> {
  override readonly name = 'BenchError';
}
