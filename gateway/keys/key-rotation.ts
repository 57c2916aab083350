import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { dueChange, type KeyLife, type KeySchedule, usableKeys, windowEndS } from '../trust/key-lifecycle.ts';
import { publicJwkSchema } from '../trust/public-key.ts';
import { KeyFileError, MAX_STORED_KEYS, type StoredKey } from './key-file.ts';

/** A ring's keys after everything that the schedule asks for has happened. */
export async function advanced(
  keys: readonly StoredKey[] | null,
  nowS: number,
  schedule: KeySchedule,
): Promise<readonly StoredKey[]> {
  if (keys === null) return [await newKey('active', nowS, schedule)];
  switch (dueChange(keys.map(lifeOf), nowS, schedule)) {
    case 'announce':
      return await announced(keys, nowS, schedule);
    case 'rotate':
      return await rotated(keys, nowS, schedule);
    case null:
      return keys;
  }
}

/** With a successor announced, or a first key where there is none. */
export async function announced(
  keys: readonly StoredKey[],
  nowS: number,
  schedule: KeySchedule,
): Promise<readonly StoredKey[]> {
  if (keys.length === 0) return [await newKey('active', nowS, schedule)];
  if (keys.some(({ state }) => state === 'announced')) return keys;
  return bounded([...keys, await newKey('announced', nowS, schedule)], nowS, schedule);
}

/** With the announced key, or a new one, in use and the one before retired. Throws KeyFileError `too_many_keys`. */
export async function rotated(
  keys: readonly StoredKey[],
  nowS: number,
  schedule: KeySchedule,
): Promise<readonly StoredKey[]> {
  const successor = keys.find(({ state }) => state === 'announced') ?? (await newKey('announced', nowS, schedule));
  const before = keys.filter(({ kid }) => kid !== successor.kid);
  const retired = before.map((key) =>
    key.state === 'active' ? { ...key, state: 'retired' as const, retired_s: nowS } : key,
  );
  const active = { ...successor, state: 'active' as const, expires_s: nowS + schedule.lifetimeS };
  return bounded([...retired, active], nowS, schedule);
}

/** Most keys whose windows may overlap; room is left for revoked ones, which are published beside them. */
const MAX_USABLE_KEYS = 12;

function bounded(keys: readonly StoredKey[], nowS: number, { overlapS }: KeySchedule): readonly StoredKey[] {
  if (usableKeys(keys.map(lifeOf), nowS, overlapS).length > MAX_USABLE_KEYS) {
    throw new KeyFileError('too_many_keys', 'too many keys are still inside their window: wait, or revoke one');
  }
  const spare = keys.length - MAX_STORED_KEYS;
  const isOver = (key: StoredKey) => key.state === 'retired' && (windowEndS(lifeOf(key), overlapS) ?? 0) <= nowS;
  const dropped = new Set(spare <= 0 ? [] : keys.filter(isOver).slice(0, spare));
  return keys.filter((key) => !dropped.has(key));
}

async function newKey(state: 'announced' | 'active', nowS: number, schedule: KeySchedule): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '', d = '' } = await exportJWK(privateKey);
  const jwk = { kty: 'EC' as const, crv: 'P-256' as const, x, y, d };
  const kid = await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x, y });
  const expires_s = nowS + schedule.lifetimeS + (state === 'announced' ? schedule.leadS : 0);
  return { kid, state, created_s: nowS, expires_s, jwk };
}

/** A stored key's public half and its times. */
export function lifeOf(key: StoredKey): KeyLife {
  const { d: _private, ...jwk } = key.jwk;
  return {
    jwk: publicJwkSchema.parse({ ...jwk, kid: key.kid, alg: 'ES256', use: 'sig' }),
    state: key.state,
    announced_s: key.created_s,
    retired_s: key.retired_s ?? null,
    revoked_s: key.revoked_s ?? null,
    expires_s: key.expires_s,
    ...(key.reason === undefined ? {} : { reason: key.reason }),
  };
}
