import { MANDATE_MAX_DAYS, type Mandate } from '../../schemas/mandate.ts';
import type { EventOf } from '../../schemas/registry-event.ts';
import { type FoldState, type MandateRecord, type Mark, type Rejection, rejected, withEntry } from './fold-state.ts';

const DAY_MS = 86_400_000;

/** Only the anchor permits checks, for at most 30 days, and no further ahead: what renews itself is no limit. */
export function issueMandate(
  state: FoldState,
  { iss, iat, body: { mandate } }: EventOf<'mandate_issued'>,
  mark: Mark,
): FoldState | Rejection {
  if (iss !== state.anchor || mandate.issued_by !== iss) return rejected('mandate_issuer');
  if (state.mandates.has(mandate.id)) return rejected('mandate_exists');
  if (Date.parse(mandate.valid_from) > iat * 1000 + MANDATE_MAX_DAYS * DAY_MS) return rejected('mandate_too_early');
  if (!mandate.holder_classes.includes('any_traveller')) return rejected('mandate_without_effect');
  const superseded = mandate.supersedes === undefined ? null : state.mandates.get(mandate.supersedes);
  if (superseded === undefined) return rejected('mandate_unknown');
  const issued: MandateRecord = { mandate, issued: mark, ends_ms: Date.parse(mandate.valid_until), revoked: null };
  const mandates = withEntry(state.mandates, mandate.id, issued);
  if (superseded === null) return { ...state, mandates };
  return { ...state, mandates: withEntry(mandates, superseded.mandate.id, endedBy(superseded, mandate)) };
}

export function revokeMandate(
  state: FoldState,
  { iss, iat, body }: EventOf<'mandate_revoked'>,
  mark: Mark,
): FoldState | Rejection {
  if (iss !== state.anchor) return rejected('mandate_issuer');
  const record = state.mandates.get(body.mandate_id);
  if (record === undefined) return rejected('mandate_unknown');
  if (record.ends_ms <= iat * 1000) return rejected('mandate_ended');
  const ends_ms = Math.min(record.ends_ms, iat * 1000);
  return { ...state, mandates: withEntry(state.mandates, body.mandate_id, { ...record, ends_ms, revoked: mark }) };
}

/** The mandate as it is in force: with the end that it really has. */
export function mandateInForce({ mandate, ends_ms }: MandateRecord): Mandate {
  return { ...mandate, valid_until: new Date(ends_ms).toISOString() };
}

/** The end is written down for good: revoking the successor must not bring the earlier mandate back to life. */
function endedBy(record: MandateRecord, successor: Mandate): MandateRecord {
  return { ...record, ends_ms: Math.min(record.ends_ms, Date.parse(successor.valid_from)) };
}
