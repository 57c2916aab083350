import {
  EVENT_CLOCK_SKEW_S,
  MAX_EVENT_BYTES,
  REGISTRY_EVENT_TYP,
  registryEventSchema,
} from '../../schemas/registry-event.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { mostAgeS } from './fold.ts';
import { type FoldState, type Rejection, rejected } from './fold-state.ts';

/**
 * Holds an event that the fold has just taken (`state` is the one after it) against the registry's clock. The fold knows
 * the log's time alone, and that stands still while the log is quiet: an old event, or one that is dated back to before
 * its key's end, would be taken until somebody else writes. An event from the future would move the log's time, and then
 * nobody else could sign.
 */
export function refuseUntimely(state: FoldState, jws: string, nowS: number): Rejection | undefined {
  const { header, payload } = parseCompact(jws, { maxBytes: MAX_EVENT_BYTES, typ: REGISTRY_EVENT_TYP });
  const { iss, iat } = registryEventSchema.parse(payload);
  if (iat > nowS + EVENT_CLOCK_SKEW_S) {
    return rejected('time_implausible', `the event is ${iat - nowS} s ahead of the registry's clock`);
  }
  if (iat < nowS - mostAgeS(state, iss)) return rejected('time_implausible', `the event is ${nowS - iat} s old`);
  const key = state.entities.get(iss)?.keys.find(({ use, jwk }) => use === 'registry' && jwk.kid === header.kid);
  const expiresS = key?.expires_s ?? null;
  return expiresS !== null && expiresS <= nowS ? rejected('key_expired') : undefined;
}
