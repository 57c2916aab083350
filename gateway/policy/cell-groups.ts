import type { RowCondition } from '../../schemas/policy.ts';
import { DIMENSION_NAMES, DIMENSIONS } from './cells.ts';

/** A box of the domain: in each dimension, the positions of the values it takes. */
type Box = readonly (readonly number[])[];
type Cover = { readonly key: string; readonly boxes: readonly Box[] };

const SIZES = DIMENSION_NAMES.map((name) => DIMENSIONS[name].length);

/**
 * Writes a set of cells (by `cellIndex`) as few disjoint conditions that together match exactly these cells, for
 * people to read: a dimension that does not matter is left out.
 */
export function groupCells(indexes: readonly number[]): RowCondition[] {
  return coverOf(indexes.map(positionsOf), 0).boxes.map(conditionOf);
}

/** Splits by the values of one dimension and joins those values whose remainders are the same set. */
function coverOf(points: readonly (readonly number[])[], depth: number): Cover {
  if (depth === SIZES.length) return { key: '', boxes: [[]] };
  const joined = new Map<string, { values: number[]; rest: Cover }>();
  for (const [value, here] of splitBy(points, depth)) {
    const rest = coverOf(here, depth + 1);
    const same = joined.get(rest.key);
    if (same === undefined) joined.set(rest.key, { values: [value], rest });
    else same.values.push(value);
  }
  const parts = [...joined.values()];
  return {
    key: `(${parts.map(({ values, rest }) => values.join('.') + rest.key).join()})`,
    boxes: parts.flatMap(({ values, rest }) => rest.boxes.map((box) => [values, ...box])),
  };
}

function splitBy(points: readonly (readonly number[])[], depth: number): [number, (readonly number[])[]][] {
  const byValue = new Map<number, (readonly number[])[]>();
  for (const point of points) {
    const value = point[depth] ?? 0;
    const here = byValue.get(value);
    if (here === undefined) byValue.set(value, [point]);
    else here.push(point);
  }
  return [...byValue].sort(([a], [b]) => a - b);
}

function positionsOf(index: number): number[] {
  let rest = index;
  return SIZES.toReversed()
    .map((size) => {
      const position = rest % size;
      rest = Math.floor(rest / size);
      return position;
    })
    .reverse();
}

function conditionOf(box: Box): RowCondition {
  const [kinds, statuses, provenances, assurances, stale, ages, popup, limited] = box;
  return {
    ...unlessAll('venue_kind', pick(DIMENSIONS.venue_kind, kinds)),
    ...unlessAll('status', pick(DIMENSIONS.status, statuses)),
    ...unlessAll('provenance', pick(DIMENSIONS.provenance, provenances)),
    ...unlessAll('assurance', pick(DIMENSIONS.assurance, assurances)),
    ...unlessAll('stale', pick(DIMENSIONS.stale, stale)),
    ...unlessAll('age_band', pick(DIMENSIONS.age_band, ages)),
    ...unlessAll('popup', pick(DIMENSIONS.popup, popup)),
    ...unlessAll('limited_movement', pick(DIMENSIONS.limited_movement, limited)),
  };
}

function pick<T>(values: readonly T[], positions: readonly number[] = []): T[] {
  return values.filter((_, position) => positions.includes(position));
}

function unlessAll<K extends keyof typeof DIMENSIONS, T>(name: K, values: T[]): { [P in K]?: T[] } {
  const condition: { [P in K]?: T[] } = {};
  if (values.length < DIMENSIONS[name].length) condition[name] = values;
  return condition;
}
