import {
  dueChange,
  KEY_SCHEDULE,
  type KeyLife,
  type KeySchedule,
  type KeyState,
  usableKeys,
  windowEndS,
} from '../trust/key-lifecycle.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { createSigner, type Signer } from '../trust/signer.ts';
import {
  changeKeyFile,
  fileVersion,
  KeyFileError,
  type KeyUse,
  keyFilePath,
  readKeyFile,
  type StoredKey,
} from './key-file.ts';
import { advanced, announced, lifeOf, rotated } from './key-rotation.ts';

export type { KeyState } from '../trust/key-lifecycle.ts';
export type { KeyUse } from './key-file.ts';

/** A key as it may be shown: whose, what for, and its times; never the key. */
export interface KeyInfo {
  readonly owner: string;
  readonly use: KeyUse;
  readonly kid: string;
  readonly state: KeyState;
  readonly createdS: number;
  /** When it stops signing, or, once retired, when it stops verifying. */
  readonly expiresS: number;
}

/**
 * One entity's keys for one use, as they are now: each member is read afresh where it is needed, because the ring
 * changes under a running gateway. Files stand behind `openKeyRing`; a KMS or PKCS#11 key takes their place by another
 * object of this form, whose `signer` sends the bytes to sign to where the key lives (signer.ts).
 */
export interface KeyRing {
  readonly signer: Signer;
  /** Announced, active and retired inside their window: what a plain JWK Set may list. */
  readonly publicKeys: readonly PublicJwk[];
  /** Every key that the ring remembers, past ones and all. */
  readonly lives: readonly KeyLife[];
  readonly keys: readonly KeyInfo[];
  /** Follows the file and the schedule; true where something changed. Throws KeyFileError, and then stays as it was. */
  readonly refresh: (nowS: number) => Promise<boolean>;
}

/** Opens an entity's key ring, making its first key where there is none. Throws KeyFileError. */
export async function openKeyRing(
  dataDir: string,
  owner: string,
  use: KeyUse,
  nowS: number,
  schedule: KeySchedule = KEY_SCHEDULE,
): Promise<KeyRing> {
  const path = keyFilePath(dataDir, owner, use);
  const ring = new FileKeyRing(path, owner, use, schedule);
  await ring.refresh(nowS);
  return ring;
}

/** The keys in a ring's file, without their private halves; empty where there is no such ring. Throws KeyFileError. */
export function listKeys(dataDir: string, owner: string, use: KeyUse): KeyInfo[] {
  return (readKeyFile(keyFilePath(dataDir, owner, use)) ?? []).map((key) => infoOf(owner, use, key));
}

/** Announces a successor ahead of the schedule, where there is none yet. Gives its kid. Throws KeyFileError. */
export async function announceKey(dataDir: string, owner: string, use: KeyUse, nowS: number): Promise<string> {
  const keys = await changeKeyFile(keyFilePath(dataDir, owner, use), (before) =>
    announced(before ?? [], nowS, KEY_SCHEDULE),
  );
  return kidOf(keys, keys.length === 1 ? 'active' : 'announced');
}

/**
 * Puts the announced key to use, or a new one where none was announced, and retires the one before. Gives the active
 * kid and whether it had been announced: if not, whoever holds a trust chain must fetch it again to know the key.
 */
export async function rotateKey(
  dataDir: string,
  owner: string,
  use: KeyUse,
  nowS: number,
): Promise<{ readonly kid: string; readonly wasAnnounced: boolean }> {
  let wasAnnounced = false;
  const keys = await changeKeyFile(keyFilePath(dataDir, owner, use), (before) => {
    if (before === null) throw new KeyFileError('key_unknown', `there is no key ring ${owner}/${use}`);
    wasAnnounced = before.some(({ state }) => state === 'announced');
    return rotated(before, nowS, KEY_SCHEDULE);
  });
  return { kid: kidOf(keys, 'active'), wasAnnounced };
}

/** Revokes a key from now on; an active one is replaced at once. Throws KeyFileError `key_unknown`. */
export async function revokeKey(
  dataDir: string,
  owner: string,
  use: KeyUse,
  revoked: { readonly kid: string; readonly nowS: number; readonly reason?: string },
): Promise<void> {
  const { kid, nowS, reason } = revoked;
  await changeKeyFile(keyFilePath(dataDir, owner, use), async (before) => {
    const key = before?.find((candidate) => candidate.kid === kid);
    if (before === null || key === undefined) throw new KeyFileError('key_unknown', `${owner}/${use} has no such key`);
    if (key.state === 'revoked') return before;
    const mark = { state: 'revoked' as const, revoked_s: nowS, ...(reason === undefined ? {} : { reason }) };
    const without = before.map((candidate) => (candidate === key ? { ...candidate, ...mark } : candidate));
    return key.state === 'active' ? await rotated(without, nowS, KEY_SCHEDULE) : without;
  });
}

class FileKeyRing implements KeyRing {
  readonly #path: string;
  readonly #owner: string;
  readonly #use: KeyUse;
  readonly #schedule: KeySchedule;
  #version: string | null = null;
  #stored: readonly StoredKey[] = [];
  #signer: Signer | undefined;
  #public: readonly PublicJwk[] = [];

  constructor(path: string, owner: string, use: KeyUse, schedule: KeySchedule) {
    this.#path = path;
    this.#owner = owner;
    this.#use = use;
    this.#schedule = schedule;
  }

  get signer(): Signer {
    if (this.#signer === undefined) throw new KeyFileError('key_unknown', `${this.#owner}/${this.#use} is not open`);
    return this.#signer;
  }

  get publicKeys(): readonly PublicJwk[] {
    return this.#public;
  }

  get lives(): readonly KeyLife[] {
    return this.#stored.map(lifeOf);
  }

  get keys(): readonly KeyInfo[] {
    return this.#stored.map((key) => infoOf(this.#owner, this.#use, key));
  }

  async refresh(nowS: number): Promise<boolean> {
    const version = fileVersion(this.#path);
    let stored: readonly StoredKey[] | null = version === this.#version ? this.#stored : readKeyFile(this.#path);
    if (stored === null || stored.length === 0 || dueChange(stored.map(lifeOf), nowS, this.#schedule) !== null) {
      stored = await changeKeyFile(this.#path, (latest) => advanced(latest, nowS, this.#schedule));
    }
    const usable = usableKeys(stored.map(lifeOf), nowS, this.#schedule.overlapS);
    // As seen before reading: a change made meanwhile is then met by the next look, never missed.
    this.#version = version;
    const isSame = JSON.stringify(stored) === JSON.stringify(this.#stored) && usable.length === this.#public.length;
    if (isSame) return false;
    const active = stored.find(({ state }) => state === 'active');
    if (active === undefined) throw new KeyFileError('key_file_damaged', `${this.#path} has no active key`);
    if (this.#signer?.kid !== active.kid) this.#signer = await signerOf(active);
    this.#stored = stored;
    this.#public = usable;
    return true;
  }
}

async function signerOf({ kid, jwk }: StoredKey): Promise<Signer> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  // Extractable, so that it can be used without a thread's detour: we have just read it from a file as it is.
  return createSigner(kid, 'ES256', await crypto.subtle.importKey('jwk', jwk, algorithm, true, ['sign']));
}

function infoOf(owner: string, use: KeyUse, key: StoredKey): KeyInfo {
  const ends = key.state === 'retired' ? windowEndS(lifeOf(key)) : null;
  return { owner, use, kid: key.kid, state: key.state, createdS: key.created_s, expiresS: ends ?? key.expires_s };
}

function kidOf(keys: readonly StoredKey[], state: KeyState): string {
  const kid = keys.find((key) => key.state === state)?.kid;
  if (kid === undefined) throw new KeyFileError('key_unknown', `no key is ${state}`);
  return kid;
}
