import { z } from 'zod';
import { type ProvinceCode, provinceCodeSchema, REASONS, type ReasonCode } from '../../schemas/code-lists/index.ts';
import type { CoverageCell } from '../../schemas/coverage.ts';
import type { Decision, Status } from '../../schemas/status.ts';
import { StoreError } from '../stores/store-error.ts';

/** One answered verification, as far as coverage cares: no code, no handle, no venue. */
export interface CountedAnswer {
  readonly issuer: ProvinceCode;
  readonly destination: ProvinceCode;
  readonly status: Status;
  readonly decision: Decision;
  readonly stale: boolean;
  readonly reasons: readonly ReasonCode[];
  readonly tookMs: number;
  readonly atMs: number;
}

const TOTALS = ['presented', 'green', 'recognised', 'restricted', 'referred', 'indeterminate', 'stale'] as const;
type Total = (typeof TOTALS)[number];

/** The counts of one issuer at one destination over some time. `latency` counts by class, slowest last. */
export interface CellCounts {
  readonly issuer: ProvinceCode;
  readonly destination: ProvinceCode;
  readonly totals: Record<Total, number>;
  readonly reasons: Partial<Record<ReasonCode, number>>;
  readonly latency: number[];
}

/** One counter of one cell, as stores keep it: `presented`, `reason:ok`, `latency:3`. */
const coverageRowSchema = z.object({
  issuer: provinceCodeSchema,
  destination: provinceCodeSchema,
  counter: z.string(),
  n: z.coerce.number().int().min(0),
});
export type CoverageRow = z.infer<typeof coverageRowSchema>;

/** Rows as a database gave them. Throws StoreError `damaged` for anything else; `what` names the database. */
export function storedRows(rows: unknown, what: string): CoverageRow[] {
  const parsed = z.array(coverageRowSchema).safeParse(rows);
  if (!parsed.success) throw new StoreError('damaged', what, { cause: parsed.error });
  return parsed.data;
}

/** Upper bounds of the latency classes in milliseconds; percentiles are read off them. */
const LATENCY_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;

export function emptyCounts(issuer: ProvinceCode, destination: ProvinceCode): CellCounts {
  const totals = { presented: 0, green: 0, recognised: 0, restricted: 0, referred: 0, indeterminate: 0, stale: 0 };
  return { issuer, destination, totals, reasons: {}, latency: [...LATENCY_MS, 0].map(() => 0) };
}

export function addAnswer({ totals, reasons, latency }: CellCounts, answer: CountedAnswer): void {
  totals.presented += 1;
  if (answer.status === 'green') totals.green += 1;
  if (answer.status === 'indeterminate') totals.indeterminate += 1;
  // A green that was presented and passed; nothing else ever passes.
  if (answer.decision === 'pass') totals.recognised += 1;
  if (answer.decision === 'restrict') totals.restricted += 1;
  if (answer.decision === 'refer') totals.referred += 1;
  if (answer.stale) totals.stale += 1;
  for (const reason of answer.reasons) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const found = LATENCY_MS.findIndex((bound) => answer.tookMs <= bound);
  const rank = found === -1 ? LATENCY_MS.length : found;
  latency[rank] = (latency[rank] ?? 0) + 1;
}

/** A cell's counters that are not zero. */
export function rowsOf({ issuer, destination, totals, reasons, latency }: CellCounts): CoverageRow[] {
  const counters = [
    ...TOTALS.map((total): [string, number] => [total, totals[total]]),
    ...Object.entries(reasons).map(([reason, n]): [string, number] => [`reason:${reason}`, n]),
    ...latency.map((n, rank): [string, number] => [`latency:${rank}`, n]),
  ];
  return counters.filter(([, n]) => n > 0).map(([counter, n]) => ({ issuer, destination, counter, n }));
}

/** Cells from any number of rows, issuer by issuer. A counter that is no longer known is left out. */
export function cellsOf(rows: Iterable<CoverageRow>): CoverageCell[] {
  const sums = new Map<string, CellCounts>();
  for (const { issuer, destination, counter, n } of rows) {
    const name = `${issuer}${destination}`;
    const counts = sums.get(name) ?? emptyCounts(issuer, destination);
    sums.set(name, counts);
    addRow(counts, counter, n);
  }
  return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counts]) => cellOf(counts));
}

function addRow({ totals, reasons, latency }: CellCounts, counter: string, n: number): void {
  const total = TOTALS.find((candidate) => candidate === counter);
  if (total !== undefined) totals[total] += n;
  const [kind, detail = ''] = counter.split(':');
  if (kind === 'reason' && isReason(detail)) reasons[detail] = (reasons[detail] ?? 0) + n;
  const rank = Number(detail);
  if (kind === 'latency' && rank < latency.length) latency[rank] = (latency[rank] ?? 0) + n;
}

function isReason(text: string): text is ReasonCode {
  return Object.hasOwn(REASONS, text);
}

function cellOf({ issuer, destination, totals, reasons, latency }: CellCounts): CoverageCell {
  const percentiles = { p50_ms: percentile(latency, 0.5), p95_ms: percentile(latency, 0.95) };
  return { issuer, destination, ...totals, reasons, ...percentiles };
}

/** The upper bound of the class in which that share of the answers is reached. */
function percentile(latency: readonly number[], share: number): number {
  const total = latency.reduce((sum, n) => sum + n, 0);
  let seen = 0;
  for (const [rank, n] of latency.entries()) {
    seen += n;
    if (total > 0 && seen >= share * total) return LATENCY_MS[rank] ?? LATENCY_MS[LATENCY_MS.length - 1] ?? 0;
  }
  return 0;
}
