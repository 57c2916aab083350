import type { CoverageReport } from '../../schemas/coverage-report.ts';

/** The last report of a sender that was folded. */
export interface FoldedReport {
  readonly epoch: string;
  readonly number: number;
  readonly digest: string;
}

/** What a report is after those before it: counted in the first three cases, and in no other. */
export type ReportJudgement = 'next' | 'gap' | 'restarted' | 'known' | 'fork';

/**
 * Whether a sender's report comes next. `gap`: some were lost in between. `restarted`: its numbering began anew. `known`:
 * counted already. `fork`: the sender has made two reports of one number, so one of them says what did not happen.
 * `earlier` are the epochs that it had before.
 */
export function judgeReport(
  last: FoldedReport | null,
  earlier: readonly string[],
  { epoch, number, previous }: Pick<CoverageReport, 'epoch' | 'number' | 'previous'>,
  digest: string,
): ReportJudgement {
  if (earlier.includes(epoch)) return 'known';
  if (last === null) return number === 1 ? 'next' : 'gap';
  if (epoch !== last.epoch) return 'restarted';
  if (number < last.number) return 'known';
  if (number === last.number) return digest === last.digest ? 'known' : 'fork';
  if (number > last.number + 1) return 'gap';
  return previous === last.digest ? 'next' : 'fork';
}

/** Whether a report that was judged so adds to the counts. */
export function isCounted(judgement: ReportJudgement): boolean {
  return judgement === 'next' || judgement === 'gap' || judgement === 'restarted';
}
