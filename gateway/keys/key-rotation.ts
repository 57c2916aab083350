import { type KeySchedule, usableKeys, windowEndS } from '../trust/key-lifecycle.ts';
import { KeyError } from './key-error.ts';
import type { MadeKey } from './key-keeper.ts';
import { lifeOf, MAX_STORED_KEYS, type StoredKey } from './ring-file.ts';

type Keys = readonly StoredKey[];

/** Whether an announced key may be put to use now: its superior, or the log, has taken it. */
export type MayActivate = (kid: string) => boolean;

/** What a ring's keys change by. `make` makes a key pair where this ring's private keys are. */
export interface RotationTerms {
  readonly nowS: number;
  readonly schedule: KeySchedule;
  readonly make: () => Promise<MadeKey>;
}

/**
 * What has to happen to a ring now. `hold`: its active key is over, and the gate lets no other take its place yet.
 * `mayActivate` null: nothing holds an announced key back.
 */
export type DueStep = 'announce' | 'rotate' | 'hold';

/** What the schedule, and those who asked for a rotation, want of a ring now; null: nothing. */
export function dueStep(
  keys: Keys,
  nowS: number,
  { leadS }: KeySchedule,
  mayActivate: MayActivate | null,
): DueStep | null {
  const active = inState(keys, 'active');
  const announced = inState(keys, 'announced');
  // A ring that cannot sign is no better than one whose signatures are not known yet.
  if (active === undefined) return 'rotate';
  const endsS = active.expires_s ?? Number.POSITIVE_INFINITY;
  const isOver = nowS >= endsS;
  if (isOver || announced?.rotate_asked_s !== undefined) {
    if (mayActivate === null || (announced !== undefined && mayActivate(announced.kid))) return 'rotate';
    if (isOver) return 'hold';
  }
  return announced === undefined && nowS >= endsS - leadS ? 'announce' : null;
}

/** A ring's keys after everything that is due has happened. */
export async function advanced(
  keys: Keys | null,
  terms: RotationTerms,
  mayActivate: MayActivate | null,
): Promise<Keys> {
  if (keys === null) return [await newKey('active', terms)];
  switch (dueStep(keys, terms.nowS, terms.schedule, mayActivate)) {
    case 'announce':
      return await announced(keys, terms);
    case 'rotate':
      return await rotated(keys, terms);
    case 'hold':
      return heldOver(await announced(keys, terms), terms);
    case null:
      return keys;
  }
}

/** With a successor announced, or a first key where there is none. */
export async function announced(keys: Keys, terms: RotationTerms): Promise<Keys> {
  if (keys.length === 0) return [await newKey('active', terms)];
  if (inState(keys, 'announced') !== undefined) return keys;
  return bounded([...keys, await newKey('announced', terms)], terms);
}

/** With a successor announced whose turn it is as soon as the gate lets it: for whoever keeps the ring open. */
export async function asked(keys: Keys, terms: RotationTerms): Promise<Keys> {
  return (await announced(keys, terms)).map((key) =>
    key.state === 'announced' ? { ...key, rotate_asked_s: key.rotate_asked_s ?? terms.nowS } : key,
  );
}

/** With the announced key, or a new one, in use and the one before retired. Throws KeyError `too_many_keys`. */
export async function rotated(keys: Keys, terms: RotationTerms): Promise<Keys> {
  const { nowS, schedule } = terms;
  const successor = inState(keys, 'announced') ?? (await newKey('announced', terms));
  const before = keys.filter(({ kid }) => kid !== successor.kid);
  const retired = before.map((key) =>
    key.state === 'active' ? { ...key, state: 'retired' as const, retired_s: nowS } : key,
  );
  const { rotate_asked_s: _asked, expires_s: _announced, ...rest } = successor;
  return bounded([...retired, { ...rest, state: 'active', ...expiry(schedule, nowS) }], terms);
}

/** With a key revoked; an active one is replaced at once, gate or not: it must not sign another thing. Null: no such key. */
export async function revoked(
  keys: Keys,
  { kid, reason }: { readonly kid: string; readonly reason?: string },
  terms: RotationTerms,
): Promise<Keys | null> {
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) return null;
  if (key.state === 'revoked') return keys;
  const mark = { state: 'revoked' as const, revoked_s: terms.nowS, ...(reason === undefined ? {} : { reason }) };
  const without = keys.map((candidate) => (candidate === key ? { ...candidate, ...mark } : candidate));
  return key.state === 'active' ? await rotated(without, terms) : without;
}

/** The one key in a state that at most one key is in. */
export function inState(keys: Keys, state: 'active' | 'announced'): StoredKey | undefined {
  return keys.find((key) => key.state === state);
}

/** An active key that nothing may replace yet goes on, and stays among the keys that are published. */
function heldOver(keys: Keys, { nowS, schedule }: RotationTerms): Keys {
  return keys.map((key) => (key.state === 'active' ? { ...key, expires_s: nowS + schedule.leadS } : key));
}

/** Most keys whose windows may overlap; room is left for revoked ones, which are published beside them. */
const MAX_USABLE_KEYS = 12;

function bounded(keys: Keys, { nowS, schedule: { overlapS } }: RotationTerms): Keys {
  if (usableKeys(keys.map(lifeOf), nowS, overlapS).length > MAX_USABLE_KEYS) {
    throw new KeyError('too_many_keys', 'too many keys are still inside their window: wait, or revoke one');
  }
  const spare = keys.length - MAX_STORED_KEYS;
  if (spare <= 0) return keys;
  const dropped = new Set(keys.filter((key) => overS(key, overlapS) <= nowS).slice(0, spare));
  // A file with more keys would be taken for a damaged one, and the ring would be lost.
  if (dropped.size < spare) throw new KeyError('too_many_keys', 'too many keys were revoked of late: wait a day');
  return keys.filter((key) => !dropped.has(key));
}

/** From when on nothing that a key signed can be in use any more. A revoked one's end is told for as long as a retired one's. */
function overS(key: StoredKey, overlapS: number): number {
  switch (key.state) {
    case 'retired':
      return windowEndS(lifeOf(key), overlapS) ?? 0;
    case 'revoked':
      return (key.revoked_s ?? 0) + overlapS;
    case 'announced':
    case 'active':
      return Number.POSITIVE_INFINITY;
  }
}

async function newKey(state: 'announced' | 'active', { nowS, schedule, make }: RotationTerms): Promise<StoredKey> {
  const { kid, jwk, token } = await make();
  const lead = state === 'announced' ? schedule.leadS : 0;
  return {
    kid,
    state,
    created_s: nowS,
    ...expiry(schedule, nowS + lead),
    jwk,
    ...(token === undefined ? {} : { token }),
  };
}

function expiry({ lifetimeS }: KeySchedule, fromS: number): { expires_s?: number } {
  return lifetimeS === null ? {} : { expires_s: fromS + lifetimeS };
}
