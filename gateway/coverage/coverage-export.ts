import { keysOf, REASONS } from '../../schemas/code-lists/index.ts';
import type { Coverage, CoverageCell, CoverageFormat, CoverageTotals } from '../../schemas/coverage.ts';

/** Media types of what can be taken away: RFC 4180 with a header line, and one JSON object a line. */
export const EXPORT_TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
} as const satisfies Record<Exclude<CoverageFormat, 'json'>, string>;

type Line = Readonly<Record<string, string | number | null>>;

/**
 * Coverage as lines: hour by hour where it was asked for so, else cell by cell. Nothing stands there that the same question
 * would not be answered with, so nothing can be taken from it that is withheld.
 */
export function exportedCoverage(coverage: Coverage, format: keyof typeof EXPORT_TYPES): string {
  const { cells, series } = coverage;
  const lines =
    series === undefined ? cells.map(cellLine) : series.map(({ at, totals }) => ({ at, ...totalsOf(totals) }));
  if (format === 'jsonl') return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const names = series === undefined ? CELL_NAMES : ['at', ...TOTAL_NAMES];
  return [names, ...lines.map((line) => namedIn(line, names))].map((each) => `${each.join(',')}\r\n`).join('');
}

const COUNTS = [
  'presented',
  'green',
  'recognised',
  'restricted',
  'referred',
  'indeterminate',
  'stale',
] as const satisfies readonly (keyof CoverageTotals)[];
const TOTAL_NAMES = [...COUNTS, 'recognition_rate'];
const reasonName = (reason: string) => `reason_${reason}`;
const CELL_NAMES = ['issuer', 'destination', ...TOTAL_NAMES, 'p50_ms', 'p95_ms', ...keysOf(REASONS).map(reasonName)];

function cellLine({ issuer, destination, reasons, p50_ms, p95_ms, ...totals }: CoverageCell): Line {
  const counted = keysOf(REASONS).map((reason) => [reasonName(reason), reasons[reason] ?? 0] as const);
  return { issuer, destination, ...totalsOf(totals), p50_ms, p95_ms, ...Object.fromEntries(counted) };
}

function totalsOf(totals: CoverageTotals): Line {
  const { green, recognised } = totals;
  const counts = Object.fromEntries(COUNTS.map((name) => [name, totals[name]]));
  return { ...counts, recognition_rate: green === 0 ? null : recognised / green };
}

/** Codes, numbers and instants: nothing that would have to be quoted. What is not known is empty. */
function namedIn(line: Line, names: readonly string[]): string[] {
  return names.map((name) => String(line[name] ?? ''));
}
