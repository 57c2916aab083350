import type { JsonValue } from '../../schemas/scenarios.ts';
import type { MeaninglessChange } from '../../schemas/texts/conformance-details.ts';
import { withValueAt } from '../with-value-at.ts';
import { type Detail, detail } from './finding.ts';

/** A record changed in a way that means nothing. */
export interface Variant {
  readonly what: Detail;
  readonly record: JsonValue;
}

/** What an informational member may hold: frames, labels, colours, nothing, and things that it should not hold. */
const INFORMATIONAL_VALUES: readonly JsonValue[] = [null, '', 0, 1, '1', true, 'gold', '金码', '绿码', '红码', {}, []];
const EXTRA = { 'x-huren': '绿码', 'x-huren-colour': 'green', 'x-huren-list': [1, 'G'] } as const;

/** Fixed list of changes that must never change a status, in a fixed order. */
export function meaninglessVariants(record: JsonValue, informational: readonly string[]): Variant[] {
  return [
    { what: changed('member_order'), record: reversed(record) },
    { what: changed('extra_members'), record: withExtra(record) },
    { what: changed('numbers_as_text'), record: mapScalars(record, numberAsText) },
    { what: changed('text_as_numbers'), record: mapScalars(record, textAsNumber) },
    ...informational.flatMap((at) =>
      INFORMATIONAL_VALUES.map((value) => ({
        what: detail('informational_counts', { at }),
        record: withValueAt(record, at, value),
      })),
    ),
  ];
}

function changed(change: MeaninglessChange): Detail {
  return detail('change_counts', { change });
}

function numberAsText(value: JsonValue): JsonValue {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
}

function textAsNumber(value: JsonValue): JsonValue {
  if (typeof value !== 'string' || !/^(?:0|-?[1-9]\d{0,15})$/.test(value)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function reversed(node: JsonValue): JsonValue {
  if (typeof node !== 'object' || node === null) return node;
  // Lists keep their order: of approvals, the order is part of what they say.
  if (Array.isArray(node)) return node.map(reversed);
  const members = Object.entries(node).reverse();
  return Object.fromEntries(members.map(([name, value]) => [name, reversed(value)]));
}

function withExtra(node: JsonValue): JsonValue {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(withExtra);
  const members = Object.entries(node).map(([name, value]) => [name, withExtra(value)]);
  return { ...EXTRA, ...Object.fromEntries(members), 'x-huren-last': 'R' };
}

function mapScalars(node: JsonValue, change: (scalar: JsonValue) => JsonValue): JsonValue {
  if (typeof node !== 'object' || node === null) return change(node);
  if (Array.isArray(node)) return node.map((item) => mapScalars(item, change));
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, mapScalars(value, change)]));
}
