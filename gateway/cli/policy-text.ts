import { type LocalisedText, PROVINCES, VENUE_KINDS } from '../../schemas/code-lists/index.ts';
import type { CoverageWindow } from '../../schemas/coverage.ts';
import { POLICY_REFUSALS, type Policy, type RowCondition } from '../../schemas/policy.ts';
import type { Decision } from '../../schemas/status.ts';
import { draftUnknownText } from '../../schemas/texts/draft.ts';
import type { Deviation, PolicyDiff } from '../policy/diff.ts';
import type { PolicyImpact } from '../policy/impact.ts';
import type { PolicyReview } from '../policy/review.ts';
import { type Cli, printable } from './cli.ts';
import { lineCells, tableLines, wrapped } from './table.ts';

const DECISIONS: Record<Decision, LocalisedText> = {
  pass: { zh: '放行', en: 'pass' },
  refer: { zh: '转人工', en: 'refer' },
  restrict: { zh: '限制', en: 'restrict' },
};

/** Which table, whether it may be activated, and every fault with the cases it concerns. */
export function printReview(cli: Cli, policy: Policy, { accepted, refusals, check }: PolicyReview): void {
  const { say, paint, print } = cli;
  const verdict = accepted
    ? paint('green', say({ zh: '✓ 可以启用', en: '✓ may be activated' }))
    : paint('red', say({ zh: '✗ 被拒绝', en: '✗ refused' }));
  print(`${verdict}  ${titleOf(cli, policy)}`);
  if (check.complete) print(say({ zh: '  每种情形都有结论', en: '  every case is decided' }));
  for (const { code, row } of refusals) {
    const place = row === null ? '' : `${rowName(cli, row)}  `;
    print(`  ${place}${code}  ${say(POLICY_REFUSALS[code])}`);
  }
  printCases(cli, say({ zh: '未决情形：', en: 'not decided: ' }), check.uncovered);
  for (const { row, where } of check.impossible) printCases(cli, `${rowName(cli, row)}: `, where);
}

/** Every cell in which a table differs from the baseline, row by row, stricter first. */
export function printDiff(cli: Cli, policy: Policy, baseline: Policy, { stricter, looser }: PolicyDiff): void {
  const { say, print } = cli;
  const title =
    say({ zh: `${titleOf(cli, policy)} 与 `, en: `${titleOf(cli, policy)} against ` }) + titleOf(cli, baseline);
  for (const line of wrapped(title, lineCells(), '  ')) print(line);
  if (stricter.length + looser.length === 0) print(say({ zh: '  没有差异', en: '  no difference' }));
  printDeviations(cli, { zh: '更严', en: 'stricter' }, stricter);
  printDeviations(cli, { zh: '更宽', en: 'looser' }, looser);
}

function printDeviations(cli: Cli, kind: LocalisedText, deviations: readonly Deviation[]): void {
  const rows = deviations.flatMap(({ row, baseline, decision, cells, where, exception }) => {
    const change = `${cli.say(DECISIONS[baseline])} → ${cli.say(DECISIONS[decision])}`;
    const count = cli.say({ zh: `${cells} 种情形`, en: `${cells} cases` });
    const basis = exception === null ? cli.say({ zh: '未注明依据', en: 'no basis cited' }) : basisText(cli, exception);
    return where.map((condition, index) =>
      index === 0
        ? [cli.say(kind), rowName(cli, row), change, count, caseText(cli, condition), printable(basis)]
        : ['', '', '', '', caseText(cli, condition), ''],
    );
  });
  for (const line of tableLines(rows, lineCells() - 2)) cli.print(`  ${line}`);
}

function basisText(cli: Cli, { basis, reported_at, ends_at }: NonNullable<Deviation['exception']>): string {
  const [reported, ends] = [reported_at.slice(0, 10), ends_at.slice(0, 10)];
  return `${cli.say(basis.title)} ${cli.say({
    zh: `（${reported} 报告，${ends} 截止）`,
    en: `(reported ${reported}, ends ${ends})`,
  })}`;
}

function printCases(cli: Cli, label: string, where: readonly RowCondition[]): void {
  for (const condition of where) {
    for (const line of wrapped(`    ${label}${caseText(cli, condition)}`, lineCells(), '      ')) cli.print(line);
  }
}

function caseText(cli: Cli, condition: RowCondition): string {
  const parts = Object.entries(condition).map(([name, values]) => `${name}=${values?.join('|')}`);
  return parts.length === 0 ? cli.say({ zh: '所有情形', en: 'every case' }) : parts.join(' ');
}

/** Rows are counted from 0 in JSON and by the schema's errors; so they are here. */
function rowName(cli: Cli, row: number): string {
  return cli.say({ zh: `第 ${row} 行`, en: `row ${row}` });
}

function titleOf(cli: Cli, { id, version, destination, title }: Policy): string {
  return `${id}@${version}  ${cli.say(PROVINCES[destination])}  ${printable(cli.say(title))}`;
}

/** What a draft would have made of counted scans, and what the counts do not say. */
export interface CountedImpact {
  readonly window: CoverageWindow;
  readonly impact: PolicyImpact;
  readonly undecided: number;
  readonly suppressed_below: number;
}

/** How many scans a table would have decided otherwise, most first, and what nobody can know from counts. */
export function printImpact(cli: Cli, { window, impact, undecided, suppressed_below }: CountedImpact): void {
  const { say, print } = cli;
  const { rows, decided, unknown } = impact;
  const changed = rows.reduce((sum, { scans }) => sum + scans, 0);
  const end = rows.length === 0 ? { zh: '。', en: '.' } : { zh: '：', en: ':' };
  print(
    say({
      zh: `过去 ${window} 的 ${decided} 次扫码中，会改变 ${changed} 次${end.zh}`,
      en: `of ${decided} scans in the last ${window} it would have decided ${changed} otherwise${end.en}`,
    }),
  );
  const lines = rows.map(({ issuer, venue_kind, from, to, scans }) => [
    String(scans),
    say(PROVINCES[issuer]),
    say(VENUE_KINDS[venue_kind]),
    `${say(DECISIONS[from])} → ${say(DECISIONS[to])}`,
  ]);
  for (const line of tableLines(lines, lineCells() - 2)) print(`  ${line}`);
  print(`  ${say(draftUnknownText(undecided, unknown, suppressed_below))}`);
}
