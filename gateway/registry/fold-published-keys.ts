import type { PublishedKey, SubordinateKind } from '../../schemas/registry-event.ts';
import { MAX_PUBLISHED_KEYS } from '../trust/key-lifecycle.ts';
import { keyIdentity, type PublicJwk, publicJwkSchema } from '../trust/public-key.ts';
import { refuseKeySet } from './fold-entities.ts';
import { type PublishedRecord, type Rejection, rejected } from './fold-state.ts';

type Records = readonly PublishedRecord[];

/**
 * A subordinate's published keys after its superior listed them at `atS` by the log's time; undefined: they stay as they
 * were. One that is not listed any more is over from then on and never comes back: whoever holds a key that was given up
 * could otherwise have it put to use again by an older configuration.
 */
export function publishedAfter(
  kind: SubordinateKind,
  before: Records,
  listed: readonly PublishedKey[] | undefined,
  atS: number,
): Records | Rejection {
  if (listed === undefined) return before;
  if (!hasItsKeysVouchedFor(kind)) return rejected('subordinate_invalid');
  const refusal = refuseKeySet(listed.map(({ jwk }) => jwk)) ?? refuseListed(before, listed, atS);
  if (refusal !== undefined) return refusal;
  const kept = before.map((record): PublishedRecord => {
    const now = listed.find(({ jwk }) => jwk.kid === record.jwk.kid);
    if (record.ended_s !== null) return record;
    return now === undefined ? { ...record, ended_s: atS } : { ...record, ends_s: now.ends_s ?? null };
  });
  const known = new Set(before.map(({ jwk }) => jwk.kid));
  const added = listed.filter(({ jwk }) => !known.has(jwk.kid));
  return [...kept, ...added.map(({ jwk, ends_s = null }) => ({ jwk, announced_s: atS, ends_s, ended_s: null }))];
}

/** A subordinate's published keys once it is removed at `atS`: none of them counts any more. */
export function allEnded(records: Records, atS: number): Records {
  return records.map((record) => (record.ended_s === null ? { ...record, ended_s: atS } : record));
}

/** Whether the log lets a subordinate sign with a key now. */
export function isPublishedInLog(
  { subordinates }: { readonly subordinates: ReadonlyMap<string, { readonly published: Records }> },
  entityId: string,
  kid: string,
): boolean {
  const records = subordinates.get(entityId)?.published ?? [];
  return records.some(({ jwk, ended_s }) => jwk.kid === kid && ended_s === null);
}

/** Whether the superior says which keys such an entity signs with. A province announces its own; a server has other readers. */
export function hasItsKeysVouchedFor(kind: SubordinateKind): boolean {
  return kind === 'monitor' || kind === 'gateway' || kind === 'issuer' || kind === 'agency';
}

/**
 * What a superior's statement says of them: those that count, with their ends, and the latest of those that are over, so
 * that a reader learns more than that it does not know them.
 */
export function publishedKeysOf(records: Records): PublicJwk[] {
  const over = records.filter(({ ended_s }) => ended_s !== null);
  const counting = records.filter(({ ended_s }) => ended_s === null);
  const room = Math.max(0, MAX_PUBLISHED_KEYS - counting.length);
  return [...counting, ...(room === 0 ? [] : over.slice(-room))].map(described);
}

function refuseListed(before: Records, listed: readonly PublishedKey[], atS: number): Rejection | undefined {
  for (const { jwk, ends_s } of listed) {
    const isSame = ({ jwk: known }: PublishedRecord) => keyIdentity(known) === keyIdentity(jwk);
    const named = before.find(({ jwk: known }) => known.kid === jwk.kid);
    // A signature names its key by kid alone, so neither of the two ever stands for another one.
    if (named === undefined ? before.some(isSame) : !isSame(named)) return rejected('key_reused');
    if ((ends_s ?? Number.POSITIVE_INFINITY) <= atS || isOver(named, atS)) return rejected('key_ended');
  }
  return undefined;
}

function isOver(record: PublishedRecord | undefined, atS: number): boolean {
  if (record === undefined) return false;
  return record.ended_s !== null || (record.ends_s ?? Number.POSITIVE_INFINITY) <= atS;
}

function described({ jwk, announced_s, ends_s, ended_s }: PublishedRecord): PublicJwk {
  const exp = Math.min(ends_s ?? Number.POSITIVE_INFINITY, ended_s ?? Number.POSITIVE_INFINITY);
  return { ...publicJwkSchema.parse(jwk), iat: announced_s, ...(Number.isFinite(exp) ? { exp } : {}) };
}
