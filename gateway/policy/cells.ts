import { VENUE_KINDS, type VenueKind } from '../../schemas/code-lists/index.ts';
import { NATIONAL_MAX_AGE_S } from '../../schemas/max-age.ts';
import type { AgeBand, RowCondition, TableProvenance, TableStatus } from '../../schemas/policy.ts';
import type { Assurance, Flag, Provenance } from '../../schemas/status.ts';

/** One point of the domain that a decision table is defined over. */
export type Cell = {
  readonly venue_kind: VenueKind;
  readonly status: TableStatus;
  readonly provenance: TableProvenance;
  readonly assurance: Assurance;
  readonly stale: boolean;
  readonly age_band: AgeBand;
  readonly popup: boolean;
  readonly limited_movement: boolean;
};

const VENUE_KIND_VALUES: VenueKind[] = [];
let kind: VenueKind;
for (kind in VENUE_KINDS) VENUE_KIND_VALUES.push(kind);

/** The whole domain, dimension by dimension. Kept small enough to be enumerated: see CELL_COUNT. */
export const DIMENSIONS = {
  venue_kind: VENUE_KIND_VALUES,
  status: ['green', 'yellow', 'red'],
  provenance: ['signed', 'stated', 'none'],
  assurance: ['province-signed', 'node-signed', 'transport'],
  stale: [false, true],
  age_band: ['fresh', 'aging', 'too_old'],
  popup: [false, true],
  limited_movement: [false, true],
} as const satisfies { readonly [D in keyof Cell]: readonly Cell[D][] };

export type Dimension = keyof Cell;
export const DIMENSION_NAMES = [
  'venue_kind',
  'status',
  'provenance',
  'assurance',
  'stale',
  'age_band',
  'popup',
  'limited_movement',
] as const satisfies readonly Dimension[];

/** Every cell, at the position that `cellIndex` gives it. */
export const ALL_CELLS: readonly Cell[] = enumerateCells();
export const CELL_COUNT = ALL_CELLS.length;

const VENUE_KIND_POSITION = new Map<VenueKind, number>(VENUE_KIND_VALUES.map((value, position) => [value, position]));
const STATUS_POSITION = { green: 0, yellow: 1, red: 2 } as const;
const PROVENANCE_POSITION = { signed: 0, stated: 1, none: 2 } as const;
const ASSURANCE_POSITION = { 'province-signed': 0, 'node-signed': 1, transport: 2 } as const;
const AGE_BAND_POSITION = { fresh: 0, aging: 1, too_old: 2 } as const;

/** Position of a cell in `ALL_CELLS`: mixed-radix over DIMENSION_NAMES. */
export function cellIndex(cell: Cell): number {
  let index = VENUE_KIND_POSITION.get(cell.venue_kind) ?? 0;
  index = index * 3 + STATUS_POSITION[cell.status];
  index = index * 3 + PROVENANCE_POSITION[cell.provenance];
  index = index * 3 + ASSURANCE_POSITION[cell.assurance];
  index = index * 2 + (cell.stale ? 1 : 0);
  index = index * 3 + AGE_BAND_POSITION[cell.age_band];
  index = index * 2 + (cell.popup ? 1 : 0);
  return index * 2 + (cell.limited_movement ? 1 : 0);
}

const NAMES = new Map<number, string>();

/** A cell but for its kind of venue, in words: how scans are counted that a policy might have decided otherwise. */
export function cellName(cell: Cell): string {
  const index = cellIndex(cell);
  const known = NAMES.get(index);
  if (known !== undefined) return known;
  const { status, provenance, assurance, stale, age_band, popup, limited_movement } = cell;
  const flags = [stale ? 'stale' : 'live', age_band, popup ? 'popup' : '-', limited_movement ? 'limited' : '-'];
  const made = [status, provenance, assurance, ...flags].join('/');
  NAMES.set(index, made);
  return made;
}

/** Made when somebody first asks: every command loads this file, and few compare policies. */
let cellsByName: ReadonlyMap<string, Cell> | undefined;

/** The cell that `cellName` names at a kind of venue; null for a name of another version. */
export function cellNamed(venueKind: VenueKind, name: string): Cell | null {
  cellsByName ??= new Map(ALL_CELLS.map((cell) => [`${cell.venue_kind}/${cellName(cell)}`, cell]));
  return cellsByName.get(`${venueKind}/${name}`) ?? null;
}

/** What the pipeline knows, as a cell. An `indeterminate` status has no cell: it is `refer` by rule. */
export function cellOf(known: {
  readonly venueKind: VenueKind;
  readonly status: TableStatus;
  readonly provenance: Provenance | null;
  readonly assurance: Assurance;
  readonly stale: boolean;
  readonly ageBand: AgeBand;
  readonly flags: readonly Flag[];
}): Cell {
  const { provenance } = known;
  return {
    venue_kind: known.venueKind,
    status: known.status,
    provenance: provenance === 'signed' || provenance === 'stated' ? provenance : 'none',
    assurance: known.assurance,
    stale: known.stale,
    age_band: known.ageBand,
    popup: known.flags.includes('popup'),
    limited_movement: known.flags.includes('limited_movement'),
  };
}

const UNPUBLISHED_FRESH_S = 86_400;

/**
 * The band of `ageBandSchema`. `maxAgeS` is the issuing province's published validity for this status, null where it
 * publishes none. A clock that runs ahead gives a negative age, which counts as none.
 */
export function ageBandOf(ageS: number, maxAgeS: number | null): AgeBand {
  if (ageS > (maxAgeS ?? NATIONAL_MAX_AGE_S)) return 'too_old';
  return ageS <= (maxAgeS === null ? UNPUBLISHED_FRESH_S : maxAgeS / 2) ? 'fresh' : 'aging';
}

export function matches(when: RowCondition, cell: Cell): boolean {
  return (
    takes(when.status, cell.status) &&
    takes(when.provenance, cell.provenance) &&
    takes(when.venue_kind, cell.venue_kind) &&
    takes(when.assurance, cell.assurance) &&
    takes(when.stale, cell.stale) &&
    takes(when.age_band, cell.age_band) &&
    takes(when.popup, cell.popup) &&
    takes(when.limited_movement, cell.limited_movement)
  );
}

function takes<T>(values: readonly T[] | undefined, value: T): boolean {
  return values === undefined || values.includes(value);
}

function enumerateCells(): Cell[] {
  const cells: Cell[] = [];
  for (const venue_kind of DIMENSIONS.venue_kind)
    for (const status of DIMENSIONS.status)
      for (const provenance of DIMENSIONS.provenance)
        for (const assurance of DIMENSIONS.assurance)
          for (const stale of DIMENSIONS.stale)
            for (const age_band of DIMENSIONS.age_band)
              for (const popup of DIMENSIONS.popup)
                for (const limited_movement of DIMENSIONS.limited_movement)
                  cells.push({ venue_kind, status, provenance, assurance, stale, age_band, popup, limited_movement });
  return cells;
}
