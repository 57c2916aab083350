import type { ProvinceCode, ReasonCode } from '../../schemas/code-lists/index.ts';
import type { CoverageCell } from '../../schemas/coverage.ts';
import type { Decision, Status } from '../../schemas/status.ts';

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

type Counts = Omit<CoverageCell, 'p50_ms' | 'p95_ms'> & { readonly latency: number[] };

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 24 * 60;
/** Upper bounds of the latency classes in milliseconds; percentiles are read off them. */
const LATENCY_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;

/** Counts answers by issuer and destination in one-minute classes, for a day. Bounded: minutes x pairs seen. */
export class CoverageCounter {
  readonly #minutes = new Map<number, Map<string, Counts>>();

  count(answer: CountedAnswer): void {
    const cells = this.#minute(Math.floor(answer.atMs / MINUTE_MS));
    const name = `${answer.issuer}${answer.destination}`;
    const cell = cells.get(name) ?? emptyCounts(answer.issuer, answer.destination);
    cells.set(name, cell);
    add(cell, answer);
  }

  /** Cells over the last `windowMs`, issuer by issuer. */
  cells(windowMs: number, nowMs: number): CoverageCell[] {
    const since = Math.floor((nowMs - windowMs) / MINUTE_MS);
    const sums = new Map<string, Counts>();
    for (const [minute, cells] of this.#minutes) {
      if (minute <= since) continue;
      for (const [name, cell] of cells) sums.set(name, merge(sums.get(name), cell));
    }
    return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counts]) => cellOf(counts));
  }

  #minute(minute: number): Map<string, Counts> {
    const known = this.#minutes.get(minute);
    if (known !== undefined) return known;
    for (const old of this.#minutes.keys()) if (old <= minute - KEPT_MINUTES) this.#minutes.delete(old);
    const cells = new Map<string, Counts>();
    this.#minutes.set(minute, cells);
    return cells;
  }
}

function emptyCounts(issuer: ProvinceCode, destination: ProvinceCode): Counts {
  const zeros = { presented: 0, green: 0, recognised: 0, restricted: 0, referred: 0, indeterminate: 0, stale: 0 };
  return { issuer, destination, ...zeros, reasons: {}, latency: [...LATENCY_MS, 0].map(() => 0) };
}

function add(cell: Counts, answer: CountedAnswer): void {
  cell.presented += 1;
  if (answer.status === 'green') cell.green += 1;
  if (answer.status === 'indeterminate') cell.indeterminate += 1;
  if (answer.decision === 'pass') cell.recognised += 1;
  if (answer.decision === 'restrict') cell.restricted += 1;
  if (answer.decision === 'refer') cell.referred += 1;
  if (answer.stale) cell.stale += 1;
  for (const reason of answer.reasons) cell.reasons[reason] = (cell.reasons[reason] ?? 0) + 1;
  const found = LATENCY_MS.findIndex((bound) => answer.tookMs <= bound);
  const rank = found === -1 ? LATENCY_MS.length : found;
  cell.latency[rank] = (cell.latency[rank] ?? 0) + 1;
}

function merge(sum: Counts | undefined, cell: Counts): Counts {
  const into = sum ?? emptyCounts(cell.issuer, cell.destination);
  into.presented += cell.presented;
  into.green += cell.green;
  into.recognised += cell.recognised;
  into.restricted += cell.restricted;
  into.referred += cell.referred;
  into.indeterminate += cell.indeterminate;
  into.stale += cell.stale;
  let reason: ReasonCode;
  for (reason in cell.reasons) into.reasons[reason] = (into.reasons[reason] ?? 0) + (cell.reasons[reason] ?? 0);
  for (const [rank, n] of cell.latency.entries()) into.latency[rank] = (into.latency[rank] ?? 0) + n;
  return into;
}

function cellOf({ latency, ...counts }: Counts): CoverageCell {
  return { ...counts, p50_ms: percentile(latency, 0.5), p95_ms: percentile(latency, 0.95) };
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
