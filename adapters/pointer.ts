import { ownMember } from '../schemas/own-member.ts';
import type { JsonValue } from '../schemas/scenarios.ts';

/** Reads one place of a JSON document; undefined where the document has no such place. Never throws. */
export type Lookup = (root: JsonValue) => JsonValue | undefined;

const ARRAY_INDEX = /^(0|[1-9]\d{0,8})$/;

/** Compiles an RFC 6901 JSON Pointer once, so that a request only walks. The empty pointer is the whole document. */
export function compilePointer(pointer: string): Lookup {
  const steps = stepsOf(pointer);
  return (root) => {
    let place: JsonValue | undefined = root;
    for (const step of steps) place = place === undefined ? undefined : stepInto(place, step);
    return place;
  };
}

/**
 * As compilePointer, for a member that a record has once. Where a list stands in its way, because the system sent an
 * element twice, what is found is that list: it matches no value, and is not taken for a member that is missing.
 */
export function compileMember(pointer: string): Lookup {
  const steps = stepsOf(pointer);
  return (root) => {
    let place: JsonValue | undefined = root;
    for (const step of steps) {
      if (place === undefined || (Array.isArray(place) && !ARRAY_INDEX.test(step))) return place;
      place = stepInto(place, step);
    }
    return place;
  };
}

/** The steps of a pointer, their escapes undone. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function stepInto(place: JsonValue, step: string): JsonValue | undefined {
  if (typeof place !== 'object' || place === null) return undefined;
  if (Array.isArray(place)) return ARRAY_INDEX.test(step) ? place[Number(step)] : undefined;
  // Own members only: a reply must not reach what every object inherits.
  return ownMember(place, step);
}
