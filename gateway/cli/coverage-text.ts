import { PROVINCES, type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import {
  type AttentionItem,
  type Coverage,
  type CoverageCell,
  certificatesByCountry,
  type NodeReport,
} from '../../schemas/coverage.ts';
import { PROBLEMS, problemCodeSchema } from '../../schemas/problem.ts';
import {
  ATTENTION_TEXTS,
  CERTIFICATE_TEXTS,
  COUNT_TEXTS,
  COVERAGE_TEXTS,
  countryText,
  NODE_FAULT_TEXTS,
  withheldText,
} from '../../schemas/texts/coverage.ts';
import type { Cli } from './cli.ts';
import { MOST_CELLS, tableLines, tableRows, wrapped } from './table.ts';

/** With more destinations than this a terminal has no room for a column each. */
const MOST_COLUMNS = 8;

/** Coverage as a terminal shows it: what asks for attention first, then the matrix and what is behind it. */
export function coverageLines(cli: Cli, coverage: Coverage): string[] {
  const { cells, series, refused, nodes, suppressed, suppressed_below: below, recognition_rate: rate } = coverage;
  return [
    ...attentionLines(cli, coverage.attention),
    ...matrixLines(cli, cells),
    `${cli.say(COVERAGE_TEXTS.rate)}: ${percentText(rate)}`,
    cli.say(withheldText(suppressed.cells, below)),
    ...(series === undefined ? [] : seriesLines(cli, series)),
    ...nodeLines(cli, nodes),
    ...refusedLines(cli, refused),
    ...certificateLines(cli, coverage.certificates),
  ];
}

function attentionLines(cli: Cli, attention: Coverage['attention']): string[] {
  if (attention.length === 0) return [];
  const rows = attention.map((item) => [
    '!',
    `${item.affected}`,
    cli.say(ATTENTION_TEXTS[item.kind]),
    whereOf(cli, item),
    item.until === null ? (item.since ?? '') : `→ ${item.until}`,
  ]);
  const table = tableRows(rows);
  // Of any length, and so on a line of its own.
  const [first = '', ...rest] = attention.flatMap(({ detail }, at) => [
    ...(table[at] ?? []),
    ...(detail === null || detail === '' ? [] : wrapped(`     ${detail}`, MOST_CELLS, '     ')),
  ]);
  return [`${cli.say(COVERAGE_TEXTS.attention)}:`, cli.paint('red', first), ...rest, ''];
}

function whereOf(cli: Cli, { province, subject }: AttentionItem): string {
  const destination = provinceCodeSchema.safeParse(subject).data;
  const where = province === null ? '' : nameOf(cli, province);
  if (destination !== undefined) return `${where} → ${nameOf(cli, destination)}`;
  return [where, subject ?? ''].filter((text) => text !== '').join(' ');
}

/** A matrix where it fits, and else a line for each cell. */
function matrixLines(cli: Cli, cells: readonly CoverageCell[]): string[] {
  if (cells.length === 0) return [cli.say(COVERAGE_TEXTS.matrix_none)];
  const destinations = [...new Set(cells.map(({ destination }) => destination))].sort();
  if (destinations.length > MOST_COLUMNS) return [...cellLines(cli, cells), ''];
  const issuers = [...new Set(cells.map(({ issuer }) => issuer))].sort();
  const corner = `${cli.say(COVERAGE_TEXTS.issuer)} ↓ ${cli.say(COVERAGE_TEXTS.destination)} →`;
  const rows = issuers.map((issuer) => [
    nameOf(cli, issuer),
    ...destinations.map((destination) => {
      const cell = cells.find((candidate) => candidate.issuer === issuer && candidate.destination === destination);
      return cell === undefined ? '·' : `${percentText(rateOf(cell))} / ${cell.presented}`;
    }),
  ]);
  return [...tableLines([[corner, ...destinations.map((destination) => nameOf(cli, destination))], ...rows]), ''];
}

function cellLines(cli: Cli, cells: readonly CoverageCell[]): string[] {
  const titles = [
    COVERAGE_TEXTS.issuer,
    COVERAGE_TEXTS.destination,
    COVERAGE_TEXTS.rate,
    COUNT_TEXTS.presented,
    COUNT_TEXTS.recognised,
    COUNT_TEXTS.restricted,
    COUNT_TEXTS.referred,
  ].map(cli.say);
  const rows = cells.map((cell) => [
    nameOf(cli, cell.issuer),
    nameOf(cli, cell.destination),
    percentText(rateOf(cell)),
    ...[cell.presented, cell.recognised, cell.restricted, cell.referred].map(String),
  ]);
  return tableLines([titles, ...rows]);
}

function seriesLines(cli: Cli, series: NonNullable<Coverage['series']>): string[] {
  const titles = [COVERAGE_TEXTS.hour, COVERAGE_TEXTS.rate, COUNT_TEXTS.presented].map(cli.say);
  const rows = series.map(({ at, totals, recognition_rate: rate }) => [at, percentText(rate), `${totals.presented}`]);
  return ['', ...tableLines([titles, ...rows])];
}

/** Nodes that are silent or whose reports are wrong; the others are none of a terminal's business. */
function nodeLines(cli: Cli, nodes: readonly NodeReport[]): string[] {
  const rows = nodes
    .filter(({ silent, faults }) => silent || faults.length > 0)
    .map(({ node, last_report: last, silent, faults }) => [
      node,
      last ?? cli.say(COVERAGE_TEXTS.never),
      [...(silent ? [COVERAGE_TEXTS.silent] : []), ...faults.map((fault) => NODE_FAULT_TEXTS[fault])]
        .map(cli.say)
        .join(', '),
    ]);
  if (rows.length === 0) return [];
  const titles = [COVERAGE_TEXTS.node, COVERAGE_TEXTS.last_report, COVERAGE_TEXTS.faults].map(cli.say);
  return ['', ...tableLines([titles, ...rows])];
}

function refusedLines(cli: Cli, refused: Coverage['refused']): string[] {
  const rows = [...problemCodeSchema.values].flatMap((problem) => {
    const n = refused[problem] ?? 0;
    return n === 0 ? [] : [[cli.say(PROBLEMS[problem]), `${n}`]];
  });
  return rows.length === 0 ? [] : ['', `${cli.say(COVERAGE_TEXTS.refused)}:`, ...tableLines(rows)];
}

function certificateLines(cli: Cli, certificates: Coverage['certificates']): string[] {
  if (certificates.length === 0) return [];
  const { valid, invalid, indeterminate } = CERTIFICATE_TEXTS;
  const titles = [COVERAGE_TEXTS.country, valid, invalid, indeterminate].map(cli.say);
  const rows = certificatesByCountry(certificates).map(({ country, ...counts }) => [
    cli.say(countryText(country)),
    ...[counts.valid, counts.invalid, counts.indeterminate].map(String),
  ]);
  return ['', `${cli.say(COVERAGE_TEXTS.certificates)}:`, ...tableLines([titles, ...rows])];
}

function rateOf({ green, recognised }: CoverageCell): number | null {
  return green === 0 ? null : recognised / green;
}

function percentText(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)}%`;
}

function nameOf(cli: Cli, province: ProvinceCode): string {
  return cli.say(PROVINCES[province]);
}
