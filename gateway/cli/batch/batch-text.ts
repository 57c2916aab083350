import type { BatchRow, BatchTotals } from '../../../schemas/batch-row.ts';
import { PROVINCES, REASONS } from '../../../schemas/code-lists/index.ts';
import { DECISION_TEXTS, STATUS_TEXTS } from '../../../schemas/texts/answer.ts';
import type { Cli } from '../cli.ts';
import { tableRows } from '../table.ts';

const COLOURS = { pass: 'green', restrict: 'red', refer: 'magenta' } as const;

/** Rows as a person reads them. */
export function printRows({ say, print, paint }: Cli, rows: readonly BatchRow[]): void {
  const cells = rows.map(({ line, decision, status, issuer, reasons, problem }) => [
    String(line),
    status === null ? '✗' : STATUS_TEXTS[status].shape,
    say(decision === null ? { zh: '没有结果', en: 'no answer' } : DECISION_TEXTS[decision]),
    issuer === null ? '' : say(PROVINCES[issuer]),
    problem ?? reasons.map((code) => say(REASONS[code])).join(say({ zh: '；', en: '; ' })),
  ]);
  for (const [at, lines] of tableRows(cells).entries()) {
    const decision = rows[at]?.decision ?? null;
    for (const text of lines) print(decision === null ? text : paint(COLOURS[decision], text));
  }
}

/** One line beside them. */
export function totalsText(
  { say }: Cli,
  { codes, pass, restrict, refer, other }: BatchTotals,
  earlier: number,
): string {
  const before =
    earlier === 0 ? { zh: '', en: '' } : { zh: `，另有 ${earlier} 个此前已查`, en: `, and ${earlier} before` };
  return say({
    zh: `${codes} 个码：放行 ${pass}，限制 ${restrict}，转人工 ${refer}，没有结果 ${other}${before.zh}`,
    en: `${codes} ${codes === 1 ? 'code' : 'codes'}: ${pass} pass, ${restrict} restrict, ${refer} refer, ${other} without an answer${before.en}`,
  });
}
