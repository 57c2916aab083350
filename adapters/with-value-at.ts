import { ownMember } from '../schemas/own-member.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import { stepsOf } from './pointer.ts';

/** A copy of `document` with `value` at the RFC 6901 pointer; missing objects on the way are made. */
export function withValueAt(document: JsonValue, pointer: string, value: JsonValue): JsonValue {
  return place(document, stepsOf(pointer), value);
}

function place(node: JsonValue, steps: readonly string[], value: JsonValue): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (Array.isArray(node)) return node.map((item, index) => (String(index) === step ? place(item, rest, value) : item));
  const members = typeof node === 'object' && node !== null ? node : {};
  return { ...members, [step]: place(ownMember(members, step) ?? {}, rest, value) };
}
