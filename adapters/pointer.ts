import { ownMember } from '../schemas/own-member.ts';
import type { JsonValue } from '../schemas/scenarios.ts';

/** Reads one place of a JSON document; undefined where the document has no such place. Never throws. */
export type Lookup = (root: JsonValue) => JsonValue | undefined;

const ARRAY_INDEX = /^(0|[1-9]\d{0,8})$/;

/** Compiles an RFC 6901 JSON Pointer once, so that a request only walks. The empty pointer is the whole document. */
export function compilePointer(pointer: string): Lookup {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return (root) => {
    let place: JsonValue | undefined = root;
    for (const step of steps) place = place === undefined ? undefined : stepInto(place, step);
    return place;
  };
}

function stepInto(place: JsonValue, step: string): JsonValue | undefined {
  if (typeof place !== 'object' || place === null) return undefined;
  if (Array.isArray(place)) return ARRAY_INDEX.test(step) ? place[Number(step)] : undefined;
  // Own members only: a reply must not reach what every object inherits.
  return ownMember(place, step);
}
