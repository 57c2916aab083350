import { adapterIdOf } from '../../schemas/adapter-id.ts';
import type { ProvinceCode, ReasonCode, VenueKind } from '../../schemas/code-lists/index.ts';
import {
  COVERAGE_WINDOW_MS,
  type Coverage,
  type CoverageCells,
  type CoverageTotals,
  type CoverageWindow,
} from '../../schemas/coverage.ts';
import { UNRECOGNISED, UNTOLD } from '../../schemas/coverage-report.ts';
import type { FoldState } from '../registry/fold-state.ts';
import { adapterName, type RegisteredAdapter, type RegistryState } from '../registry/registry-state.ts';
import { attentionOf } from './attention.ts';
import { certificatesOf, isFromCountry } from './certificate-countries.ts';
import type { CoverageBook } from './coverage-book.ts';
import { MINUTE_MS } from './coverage-counter.ts';
import {
  ANY_KIND,
  type CountedCell,
  cellsOf,
  countedIn,
  isWithin,
  refusedOf,
  type SummedGroup,
} from './coverage-groups.ts';
import type { TimedTally } from './coverage-store.ts';
import type { NodeReports } from './node-reports.ts';
import { policyDeviations } from './policy-deviations.ts';
import { publicReadings, type Signals } from './signals.ts';

const HOUR_MINUTES = 60;
const EVERYTHING = { venueKind: ANY_KIND } as const;
/** Over what a fall is looked for. */
const LATELY_MS = 10 * MINUTE_MS;

/** What coverage is asked for. `reason`: cells that show it. */
export interface CoverageQuery {
  readonly window: CoverageWindow;
  readonly series: boolean;
  readonly issuer?: ProvinceCode | undefined;
  readonly destination?: ProvinceCode | undefined;
  readonly venueKind?: VenueKind | undefined;
  readonly reason?: ReasonCode | undefined;
}

/** What coverage is made from. */
export interface CoverageSources {
  readonly book: CoverageBook;
  readonly state: () => RegistryState;
  readonly folded: () => FoldState;
  readonly registryFault: () => 'registry_behind' | 'registry_forked' | null;
  readonly signals: Signals;
  readonly nodes: NodeReports;
  readonly suppressedBelow: number;
  readonly nowMs: () => number;
}

/**
 * The recognition matrix over a window. All of it is made from groups that enough scans are behind, whole groups at a
 * time: no two readings, windows, totals or series differ by a group that is not shown. Throws StoreError.
 */
export async function coverageMatrix(sources: CoverageSources, query: CoverageQuery): Promise<Coverage> {
  const { book, signals, suppressedBelow } = sources;
  const nowMs = sources.nowMs();
  const state = sources.state();
  const { window, issuer, destination, venueKind = ANY_KIND } = query;
  const wish = { venueKind, issuer, destination } as const;
  const groups = await book.groups(COVERAGE_WINDOW_MS[window], wish);
  const all = cellsOf(groups);
  const cells = all.filter(({ reasons }) => query.reason === undefined || (reasons[query.reason] ?? 0) > 0);
  const series = query.series ? await book.series(COVERAGE_WINDOW_MS[window], HOUR_MINUTES, wish) : null;
  const nodes = await sources.nodes.read(nowMs);
  const readings = publicReadings(signals.states(nowMs), suppressedBelow);
  // Most ask for the day, which the list of attention is made from as well.
  const isDay = window === '24h' && [issuer, destination, query.venueKind].every((only) => only === undefined);
  const day = isDay ? all : cellsOf(await book.groups(COVERAGE_WINDOW_MS['24h'], EVERYTHING));
  return {
    window,
    generated_at: new Date(nowMs).toISOString(),
    provinces: [...state.provinces].flatMap((province) => shownAdapter(state, province)),
    cells,
    ...summary(cells),
    ...(series === null ? {} : { series: series.map(hourOf) }),
    deviations: policyDeviations(state, nowMs),
    signals: readings,
    nodes: nodes.reports,
    refused: refusedOf(groups),
    certificates: await certificatesShown(sources, query),
    attention: attentionOf({
      lately: cellsOf(await book.groups(LATELY_MS, EVERYTHING)),
      day,
      state,
      folded: sources.folded(),
      signals: readings,
      nodes,
      registryFault: sources.registryFault(),
      nowMs,
    }),
    suppressed: { cells: await withheldCells(sources, groups, query) },
    suppressed_below: suppressedBelow,
  };
}

/** By country, over all kinds of venues: the node that decides certificates is not told of any. */
async function certificatesShown({ book }: CoverageSources, query: CoverageQuery): Promise<Coverage['certificates']> {
  const { window, issuer, destination, venueKind } = query;
  if (venueKind !== undefined) return [];
  const wish = { venueKind: 'countries', issuer, destination } as const;
  return certificatesOf(await book.groups(COVERAGE_WINDOW_MS[window], wish));
}

/** The cells of a destination's table that scans reached. Throws StoreError. */
export async function coverageCells(
  { book, suppressedBelow, nowMs }: Pick<CoverageSources, 'book' | 'suppressedBelow' | 'nowMs'>,
  window: CoverageWindow,
  destination: ProvinceCode,
): Promise<CoverageCells> {
  const sums = new Map<string, CoverageCells['cells'][number]>();
  const groups = await book.groups(COVERAGE_WINDOW_MS[window], { venueKind: 'each', destination });
  let presented = 0;
  for (const { issuer, venue_kind, tally } of groups) {
    if (issuer === UNRECOGNISED || venue_kind === UNTOLD || venue_kind === ANY_KIND || isFromCountry(venue_kind))
      continue;
    presented += countedIn(tally).presented;
    for (const [counter, n] of tally.named) {
      const cell = /^cell:(.+)$/.exec(counter)?.[1];
      if (cell === undefined) continue;
      const name = `${issuer} ${venue_kind} ${cell}`;
      sums.set(name, { issuer, venue_kind, cell, n: n + (sums.get(name)?.n ?? 0) });
    }
  }
  const cells = [...sums.values()];
  // A node may report more of the one than of the other.
  const undecided = Math.max(0, presented - sumOf(cells));
  const generated_at = new Date(nowMs()).toISOString();
  return { window, generated_at, destination, cells, undecided, suppressed_below: suppressedBelow };
}

function sumOf(cells: readonly { readonly n: number }[]): number {
  return cells.reduce((sum, { n }) => sum + n, 0);
}

/** A province is shown by its own system; where its divisions alone have some, by the first of theirs. */
function shownAdapter(state: RegistryState, province: ProvinceCode): Coverage['provinces'] {
  const adapter =
    state.adapters.get(province) ?? state.adapters.values().find(({ manifest }) => manifest.province === province);
  if (adapter === undefined) return [];
  const { stage, conformance } = adapter;
  return [{ province, adapter: adapterName(adapter), state: stage, conformance, trial: trialOf(state, adapter) }];
}

function trialOf({ trials }: RegistryState, { manifest }: RegisteredAdapter): Coverage['provinces'][number]['trial'] {
  const trial = trials.get(adapterIdOf(manifest));
  return trial === undefined ? null : { version: trial.adapter.manifest.version, stage: trial.mode.stage };
}

/** Issuers at destinations of which something was counted and nothing is shown. */
async function withheldCells(
  { book }: CoverageSources,
  shown: readonly SummedGroup[],
  query: CoverageQuery,
): Promise<number> {
  const nameOf = ({ issuer, destination }: Pick<SummedGroup, 'issuer' | 'destination'>) => `${issuer}${destination}`;
  const withheld = (await book.withheld()).filter((group) => group.issuer !== UNRECOGNISED && isWithin(query, group));
  const names = new Set(withheld.map(nameOf));
  for (const group of shown) names.delete(nameOf(group));
  return names.size;
}

function hourOf({ minute, tally }: TimedTally): NonNullable<Coverage['series']>[number] {
  const { reasons: _, ...totals } = countedIn(tally);
  return { at: new Date(minute * MINUTE_MS).toISOString(), totals, recognition_rate: rateOf(totals) };
}

function summary(cells: readonly CountedCell[]): Pick<Coverage, 'totals' | 'recognition_rate'> {
  const totals = totalsOf(cells);
  return { totals, recognition_rate: rateOf(totals) };
}

function rateOf({ green, recognised }: CoverageTotals): number | null {
  return green === 0 ? null : recognised / green;
}

function totalsOf(cells: readonly CountedCell[]): CoverageTotals {
  const sum = (member: keyof CoverageTotals) => cells.reduce((total, cell) => total + cell[member], 0);
  return {
    presented: sum('presented'),
    green: sum('green'),
    recognised: sum('recognised'),
    restricted: sum('restricted'),
    referred: sum('referred'),
    indeterminate: sum('indeterminate'),
    stale: sum('stale'),
  };
}
