import { ByKey } from './by-key.ts';
import { TOKEN_SEGMENT, type WebAddress, type WebRule } from './recogniser-web.ts';

/** In place of the segment that holds the token: no address has it, since a space is escaped there. */
const HOLE = ' ';

/** Visits the rules that an address is in place for, but for their route and their parameter. */
export type VisitInPlace<R> = (address: WebAddress, visit: (rule: R) => void) => void;

/**
 * Finds rules by host and path: one look-up for each place in which the rules of that host have their token, so that one
 * host may serve a thousand systems.
 */
export function compileWebPlaces<R extends WebRule>(rules: readonly R[]): VisitInPlace<R> {
  const holesOf = new ByKey<string, number>();
  const known = new Set<string>();
  const byPlace = new ByKey<string, R>();
  for (const rule of rules) {
    const { host, segments } = rule;
    const hole = segments.indexOf(TOKEN_SEGMENT);
    if (!known.has(`${host} ${hole}`)) holesOf.add(host, hole);
    known.add(`${host} ${hole}`);
    byPlace.add(placeOf(host, segments, hole), rule);
  }
  return ({ host, segments }, visit) => {
    holesOf.forEach(host, (hole) => byPlace.forEach(placeOf(host, segments, hole), visit));
  };
}

function placeOf(host: string, segments: readonly string[], hole: number): string {
  return `${host}/${segments.map((segment, at) => (at === hole ? HOLE : segment)).join('/')}`;
}
