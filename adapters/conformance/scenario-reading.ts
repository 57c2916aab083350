import { LOCAL_STATES, type LocalState, REASON_USES, type ReasonCode } from '../../schemas/code-lists/index.ts';
import type { LocalScalar } from '../../schemas/driver-exchange.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { JsonValue, Scenario, Scenarios } from '../../schemas/scenarios.ts';
import { localKey } from '../local-value.ts';
import { compilePointer } from '../pointer.ts';
import { compileTranslator, type Translation } from '../translate.ts';
import { withAsOf } from '../with-as-of.ts';
import { type Detail, detail } from './finding.ts';

/** The clock of a static check: fixed, so that a report can be made again. */
export const CHECK_NOW_MS = Date.parse('2026-01-01T00:00:00Z');
export const CHECK_TOKEN = 'conformance-check';

export type StatusRow = Manifest['reply']['status']['values'][number];

/** A scenario with a record, and what the manifest makes of it. */
export interface ReadScenario {
  readonly index: number;
  readonly scenario: Scenario;
  readonly record: JsonValue;
  readonly translation: Translation;
  /** The row of the status table that the record's value falls on; undefined where it is in no row. */
  readonly row: StatusRow | undefined;
  /** What the holder sees, as far as it names a state or one of the table's own texts; null where it does neither. */
  readonly shown: LocalState | StatusRow | null;
}

/** Translates every record of the scenarios as the sandbox would show it at `nowMs`. */
export function readScenarios(
  manifest: Manifest,
  { scenarios }: Scenarios,
  nowMs: number = CHECK_NOW_MS,
): ReadScenario[] {
  const translate = compileTranslator(manifest);
  const place = compilePointer(manifest.reply.status.at);
  return scenarios.flatMap((scenario, index) => {
    if (scenario.answer !== 'record' || scenario.record === undefined) return [];
    const record = shownRecord(manifest, scenario.record, scenario.as_of_age_s, nowMs);
    const key = localKey(place(record));
    return {
      index,
      scenario,
      record,
      translation: translate(record, CHECK_TOKEN, nowMs),
      row: manifest.reply.status.values.find(({ value }) => String(value) === key),
      shown: scenario.shows === undefined ? null : shownIn(scenario.shows, manifest.reply.status.values),
    };
  });
}

/** The first name of a local state in a text such as 红码，河南推送. */
export function stateIn(text: string): LocalState | null {
  let first: { readonly name: LocalState; readonly at: number } | null = null;
  let name: LocalState;
  for (name in LOCAL_STATES) {
    const at = text.indexOf(name);
    if (at !== -1 && (first === null || at < first.at)) first = { name, at };
  }
  return first?.name ?? null;
}

/** A system may show its own code (R(A1)) and no colour. A bare number shows nothing that anybody could compare. */
function shownIn(text: string, rows: readonly StatusRow[]): ReadScenario['shown'] {
  const written = rows.filter(({ value }) => !isDigits(value) && text.startsWith(String(value)));
  return stateIn(text) ?? written.sort((a, b) => String(b.value).length - String(a.value).length)[0] ?? null;
}

/** True for whole numbers, written either way. */
export function isDigits(value: LocalScalar): boolean {
  return /^-?\d+$/.test(String(value));
}

export type Disagreement = { readonly code: 'scenario_status' | 'scenario_reason'; readonly detail: Detail };

/** Compares what a record comes down to with what its scenario leads to; null where they agree. */
export function disagreement(translation: Translation, expected: Scenario['expected']): Disagreement | null {
  if ('problem' in expected) return null;
  const { claims, reasons } = translation;
  const { reason } = expected;
  const from = reason === undefined ? null : REASON_USES[reason].from;
  if (from === 'failure') return null;
  const coloured = claims.status === 'yellow' || claims.status === 'red';
  // With such a reason the whole pipeline gives `indeterminate`, though the record itself has a colour.
  if (from === 'substantiation') {
    return coloured ? null : { code: 'scenario_status', detail: detail('needs_no_ground', { given: claims.status }) };
  }
  // A colour that is outdated or limited is referred by policy, and then nobody is told the colour.
  const doubtful = claims.flags.includes('limited_movement') || reasons.some((given) => given === reason);
  if (coloured && doubtful && expected.status === 'indeterminate' && expected.decision === 'refer') return null;
  if (claims.status !== expected.status) {
    const differs = detail('status_differs', { expected: expected.status, given: claims.status });
    return { code: 'scenario_status', detail: differs };
  }
  return reason === undefined ? null : reasonDisagreement(reason, claims.ground.length, reasons);
}

function reasonDisagreement(reason: ReasonCode, grounds: number, reasons: readonly ReasonCode[]): Disagreement | null {
  const given =
    reasons.length === 0
      ? detail('reason_absent', { expected: reason })
      : detail('reason_differs', { expected: reason, given: reasons.join(', ') });
  if (REASON_USES[reason].from === 'record' && !reasons.some((one) => one === reason)) {
    return { code: 'scenario_reason', detail: given };
  }
  if (reason === 'ok' && reasons.length > 0) return { code: 'scenario_reason', detail: given };
  if ((reason === 'red_ground' || reason === 'yellow_ground') && grounds === 0) {
    return { code: 'scenario_reason', detail: detail('ground_absent', { expected: reason }) };
  }
  return null;
}

function shownRecord(manifest: Manifest, record: JsonValue, ageS: number | undefined, nowMs: number): JsonValue {
  return ageS === undefined ? record : withAsOf(record, manifest.reply.as_of, nowMs - ageS * 1000);
}
