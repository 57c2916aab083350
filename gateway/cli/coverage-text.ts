import {
  type LocalisedText,
  PROVINCES,
  type ProvinceCode,
  provinceCodeSchema,
} from '../../schemas/code-lists/index.ts';
import {
  type AttentionItem,
  type Coverage,
  type CoverageCell,
  certificatesByCountry,
  type NodeReport,
} from '../../schemas/coverage.ts';
import { PROBLEMS, problemCodeSchema } from '../../schemas/problem.ts';
import { attentionDetailText } from '../../schemas/texts/attention.ts';
import {
  ATTENTION_TEXTS,
  CERTIFICATE_TEXTS,
  COUNT_TEXTS,
  COVERAGE_TEXTS,
  countryText,
  NODE_FAULT_TEXTS,
  withheldText,
} from '../../schemas/texts/coverage.ts';
import { type Cli, printable } from './cli.ts';
import { cellsOf, lineCells, tableLines, wrapped } from './table.ts';

/** With more destinations than this a terminal has no room for a column each. */
const MOST_COLUMNS = 8;

/** Coverage as a terminal shows it: what asks for attention first, then the matrix and what is behind it. */
export function coverageLines(cli: Cli, coverage: Coverage): string[] {
  const { cells, series, refused, nodes, suppressed, suppressed_below: below, recognition_rate: rate } = coverage;
  return [
    ...attentionLines(cli, coverage.attention),
    ...matrixLines(cli, cells),
    `${titleOf(cli, COVERAGE_TEXTS.rate)}${percentText(rate)}`,
    ...wrapped(cli.say(withheldText(suppressed.cells, below)), lineCells(), ''),
    ...(series === undefined ? [] : seriesLines(cli, series)),
    ...nodeLines(cli, nodes),
    ...refusedLines(cli, refused),
    ...certificateLines(cli, coverage.certificates),
  ];
}

function attentionLines(cli: Cli, attention: Coverage['attention']): string[] {
  if (attention.length === 0) return [];
  const rows = toldInWords(cli, attention).map((item) => [
    '!',
    `${item.affected}`,
    cli.say(ATTENTION_TEXTS[item.kind]),
    whereOf(cli, item),
    item.until === null ? minuteOf(item.since) : `→ ${minuteOf(item.until)}`,
    // Of any length, and so after what is compared.
    printable(
      [destinationOf(item) === undefined ? item.subject : null, item.detail]
        .filter((text) => text !== null)
        .join(' · '),
    ),
  ]);
  const [first = '', ...rest] = tableLines(rows);
  return [titleOf(cli, COVERAGE_TEXTS.attention).trimEnd(), cli.paint('red', first), ...rest, ''];
}

function toldInWords(cli: Cli, attention: Coverage['attention']): AttentionItem[] {
  return attention.map((item) => {
    const text = attentionDetailText(item);
    return { ...item, detail: text === null ? null : cli.say(text) };
  });
}

function destinationOf({ subject }: AttentionItem): ProvinceCode | undefined {
  return provinceCodeSchema.safeParse(subject).data;
}

function whereOf(cli: Cli, item: AttentionItem): string {
  const { province } = item;
  const destination = destinationOf(item);
  const where = province === null ? '' : nameOf(cli, province);
  return destination === undefined ? where : `${where} → ${nameOf(cli, destination)}`;
}

/** A matrix where it fits whole, and else a line for each cell. */
function matrixLines(cli: Cli, cells: readonly CoverageCell[]): string[] {
  if (cells.length === 0) return wrapped(cli.say(COVERAGE_TEXTS.matrix_none), lineCells(), '');
  const destinations = [...new Set(cells.map(({ destination }) => destination))].sort();
  const issuers = [...new Set(cells.map(({ issuer }) => issuer))].sort();
  const corner = `${cli.say(COVERAGE_TEXTS.issuer)} ↓ ${cli.say(COVERAGE_TEXTS.destination)} →`;
  const rows = issuers.map((issuer) => [
    nameOf(cli, issuer),
    ...destinations.map((destination) => {
      const cell = cells.find((candidate) => candidate.issuer === issuer && candidate.destination === destination);
      return cell === undefined ? '·' : `${percentText(rateOf(cell))} / ${cell.presented}`;
    }),
  ]);
  const head = [corner, ...destinations.map((destination) => nameOf(cli, destination))];
  const matrix = tableLines([head, ...rows], Number.POSITIVE_INFINITY);
  const fits = destinations.length <= MOST_COLUMNS && matrix.every((line) => cellsOf(line) <= lineCells());
  return [...(fits ? matrix : cellLines(cli, cells)), ''];
}

function cellLines(cli: Cli, cells: readonly CoverageCell[]): string[] {
  const titles = [
    COVERAGE_TEXTS.issuer,
    COVERAGE_TEXTS.destination,
    COUNT_TEXTS.presented,
    COUNT_TEXTS.recognised,
    COUNT_TEXTS.restricted,
    COUNT_TEXTS.referred,
  ].map(cli.say);
  const rows = cells.map((cell) => [
    nameOf(cli, cell.issuer),
    nameOf(cli, cell.destination),
    `${cell.presented}`,
    `${cell.recognised} ${percentText(rateOf(cell))}`,
    ...[cell.restricted, cell.referred].map(String),
  ]);
  return tableLines([titles, ...rows]);
}

function seriesLines(cli: Cli, series: NonNullable<Coverage['series']>): string[] {
  const titles = [COVERAGE_TEXTS.hour, COVERAGE_TEXTS.rate, COUNT_TEXTS.presented].map(cli.say);
  const rows = series.map(({ at, totals, recognition_rate: rate }) => [
    minuteOf(at),
    percentText(rate),
    `${totals.presented}`,
  ]);
  return ['', ...tableLines([titles, ...rows])];
}

/** Nodes that are silent or whose reports are wrong; the others are none of a terminal's business. */
function nodeLines(cli: Cli, nodes: readonly NodeReport[]): string[] {
  const rows = nodes
    .filter(({ silent, faults }) => silent || faults.length > 0)
    .map(({ node, last_report: last, silent, faults }) => [
      node,
      last === null ? cli.say(COVERAGE_TEXTS.never) : secondOf(last),
      [...(silent ? [COVERAGE_TEXTS.silent] : []), ...faults.map((fault) => NODE_FAULT_TEXTS[fault])]
        .map(cli.say)
        .join(cli.say({ zh: '；', en: '; ' })),
    ]);
  if (rows.length === 0) return [];
  const titles = [COVERAGE_TEXTS.node, COVERAGE_TEXTS.last_report, COVERAGE_TEXTS.faults].map(cli.say);
  return ['', ...tableLines([titles, ...rows])];
}

function refusedLines(cli: Cli, refused: Coverage['refused']): string[] {
  const rows = [...problemCodeSchema.values]
    .map((problem) => ({ problem, n: refused[problem] ?? 0 }))
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n)
    .map(({ problem, n }) => [cli.say(PROBLEMS[problem]), `${n}`]);
  return rows.length === 0 ? [] : ['', titleOf(cli, COVERAGE_TEXTS.refused).trimEnd(), ...tableLines(rows)];
}

function certificateLines(cli: Cli, certificates: Coverage['certificates']): string[] {
  if (certificates.length === 0) return [];
  const { valid, invalid, indeterminate } = CERTIFICATE_TEXTS;
  const titles = [COVERAGE_TEXTS.country, valid, invalid, indeterminate].map(cli.say);
  const rows = certificatesByCountry(certificates).map(({ country, ...counts }) => [
    cli.say(countryText(country)),
    ...[counts.valid, counts.invalid, counts.indeterminate].map(String),
  ]);
  return ['', titleOf(cli, COVERAGE_TEXTS.certificates).trimEnd(), ...tableLines([titles, ...rows])];
}

function rateOf({ green, recognised }: CoverageCell): number | null {
  return green === 0 ? null : recognised / green;
}

/** What is not whole never reads as whole, nor what is not nothing as nothing. */
function percentText(share: number | null): string {
  if (share === null) return '–';
  const percent = share === 0 || share === 1 ? 100 * share : Math.min(99.9, Math.max(0.1, 100 * share));
  return `${percent.toFixed(1)}%`;
}

/** An instant of RFC 3339, always in UTC here, as short as whoever reads it needs. */
function minuteOf(instant: string | null): string {
  return instant === null ? '' : `${instant.slice(0, 16)}Z`;
}

function secondOf(instant: string): string {
  return `${instant.slice(0, 19)}Z`;
}

function titleOf(cli: Cli, text: LocalisedText): string {
  return cli.say({ zh: `${text.zh}：`, en: `${text.en}: ` });
}

function nameOf(cli: Cli, province: ProvinceCode): string {
  return cli.say(PROVINCES[province]);
}
