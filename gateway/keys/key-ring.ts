import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type KeyLife, type KeySchedule, type KeyState, usableKeys, windowEndS } from '../trust/key-lifecycle.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import type { Signer } from '../trust/signer.ts';
import { KeyError } from './key-error.ts';
import type { HeldKey, KeyKeeper } from './key-keeper.ts';
import { advanced, dueStep, inState, type MayActivate } from './key-rotation.ts';
import { type KeyUse, kindOf } from './key-use.ts';
import { changeRingFile, fileVersion, lifeOf, readRingFile, type StoredKey, type StoredRing } from './ring-file.ts';

export type { KeyState } from '../trust/key-lifecycle.ts';
export type { KeyUse } from './key-use.ts';

/** A key as it may be shown: whose, what for, and its times; never the key. */
export interface KeyInfo {
  readonly owner: string;
  readonly use: KeyUse;
  readonly kid: string;
  readonly state: KeyState;
  readonly createdS: number;
  /** When it stops signing, or, once retired, when it stops verifying; null: nothing has been said about that. */
  readonly expiresS: number | null;
}

/**
 * One entity's keys for one use, as they are now: each member is read afresh where it is needed, because the ring
 * changes under a running gateway. Whether the private keys lie in a file or in a token makes no difference here.
 */
export interface KeyRing {
  /** Whose it is, as the ring's file says; null where it does not. */
  readonly entityId: string | null;
  /** The name of the log that a log ring signs for. */
  readonly origin: string | null;
  readonly signer: Signer;
  /** Announced, active and retired inside their window: what a plain JWK Set may list. */
  readonly publicKeys: readonly PublicJwk[];
  /** Every key that the ring remembers, past ones and all. */
  readonly lives: readonly KeyLife[];
  readonly keys: readonly KeyInfo[];
  /** Follows the file, the schedule and the gate; true where something changed. Throws KeyError, and then stays as it was. */
  readonly refresh: (nowS: number) => Promise<boolean>;
  /**
   * The raw JOSE signature of the active key, or of another usable one by its kid, at once: a token that answers slowly
   * holds the process up, so this is for what is signed seldom. Throws KeyError.
   */
  readonly signBytes: (input: Uint8Array, kid?: string) => Uint8Array;
  /** Whether one of the usable keys made that signature. */
  readonly verifyBytes: (input: Uint8Array, signature: Uint8Array) => boolean;
}

/** What a ring is opened with. The first opening settles `entityId` and `origin`; later ones take what the file says. */
export interface RingTerms {
  readonly nowS: number;
  readonly entityId?: string;
  readonly origin?: string;
  /** Unless that of its use (key-use.ts). */
  readonly schedule?: KeySchedule;
  /**
   * No announced key is put to use while this says no, neither by the schedule nor because somebody asked. The ring's
   * file then says `gated`, and whoever opens it without a gate leaves its keys as they are.
   */
  readonly mayActivate?: MayActivate;
}

/** Where a ring is and who keeps its private keys. */
export interface RingPlace {
  readonly path: string;
  readonly owner: string;
  readonly use: KeyUse;
  readonly keeper: KeyKeeper;
}

/** Opens a ring, making its first key where there is none. Throws KeyError. */
export async function openRing(place: RingPlace, terms: RingTerms): Promise<KeyRing> {
  const ring = new StoredKeyRing(place, terms);
  await ring.refresh(terms.nowS);
  return ring;
}

/** A ring's keys without their private halves. */
export function infosOf({ owner, use }: Pick<RingPlace, 'owner' | 'use'>, keys: readonly StoredKey[]): KeyInfo[] {
  return keys.map((key) => {
    const ends = key.state === 'retired' ? windowEndS(lifeOf(key)) : (key.expires_s ?? null);
    return { owner, use, kid: key.kid, state: key.state, createdS: key.created_s, expiresS: ends };
  });
}

const HASH = { ES256: 'sha256', EdDSA: null } as const;
const EMPTY: StoredRing = { keys: [] };

class StoredKeyRing implements KeyRing {
  readonly #place: RingPlace;
  readonly #terms: RingTerms;
  readonly #schedule: KeySchedule;
  #version: string | null = null;
  #stored = EMPTY;
  #lives: readonly KeyLife[] = [];
  #public: readonly PublicJwk[] = [];
  #verifying: ReadonlyMap<string, KeyObject> = new Map();
  #active: HeldKey | undefined;
  #held = new Map<string, HeldKey>();

  constructor(place: RingPlace, terms: RingTerms) {
    this.#place = place;
    this.#terms = terms;
    this.#schedule = terms.schedule ?? kindOf(place.use).schedule;
  }

  get entityId(): string | null {
    return this.#stored.entity_id ?? null;
  }

  get origin(): string | null {
    return this.#stored.origin ?? null;
  }

  get signer(): Signer {
    return this.#inUse().signer;
  }

  get publicKeys(): readonly PublicJwk[] {
    return this.#public;
  }

  get lives(): readonly KeyLife[] {
    return this.#lives;
  }

  get keys(): readonly KeyInfo[] {
    return infosOf(this.#place, this.#stored.keys);
  }

  async refresh(nowS: number): Promise<boolean> {
    const { path } = this.#place;
    const version = fileVersion(path);
    let stored = version === this.#version && version !== null ? this.#stored : readRingFile(path);
    if (stored === null || this.#isDue(stored, nowS)) {
      stored = await changeRingFile(path, (latest) => this.#advance(latest, nowS));
    }
    const isSame = JSON.stringify(stored) === JSON.stringify(this.#stored);
    if (!isSame) this.#take(stored);
    // As seen before reading: a change made meanwhile is then met by the next look, never missed.
    this.#version = version;
    const usable = usableKeys(this.#lives, nowS, this.#schedule.overlapS);
    if (isSame && usable.length === this.#public.length) return false;
    this.#public = usable;
    return true;
  }

  signBytes(input: Uint8Array, kid?: string): Uint8Array {
    if (kid === undefined) return this.#inUse().signNow(input);
    const key = this.#stored.keys.find((candidate) => candidate.kid === kid);
    if (key === undefined || !this.#public.some((usable) => usable.kid === kid)) {
      throw new KeyError('key_unknown', `${this.#name()} has no such key in use`);
    }
    return this.#hold(key).signNow(input);
  }

  verifyBytes(input: Uint8Array, signature: Uint8Array): boolean {
    const hash = HASH[kindOf(this.#place.use).alg];
    return this.#public.some(({ kid }) => {
      const key = this.#verifying.get(kid);
      return key !== undefined && verify(hash, input, { key, dsaEncoding: 'ieee-p1363' }, signature);
    });
  }

  /** Takes over what is stored, whole or not at all. */
  #take(stored: StoredRing): void {
    const active = inState(stored.keys, 'active');
    if (active === undefined) throw new KeyError('key_file_damaged', `${this.#place.path} has no active key`);
    const { alg } = kindOf(this.#place.use);
    const lives = stored.keys.map(lifeOf);
    if (lives.some(({ jwk }) => jwk.alg !== alg)) {
      throw new KeyError('key_file_damaged', `${this.#place.path} holds keys for another use`);
    }
    const verifying = new Map(lives.map(({ jwk }) => [jwk.kid, publicObjectOf(jwk, this.#place.path)]));
    this.#active = this.#hold(active);
    this.#verifying = verifying;
    this.#stored = stored;
    this.#lives = lives;
  }

  #isDue(stored: StoredRing, nowS: number): boolean {
    const isSettled = this.#settled(stored) === stored;
    return !isSettled || dueStep(stored.keys, nowS, this.#schedule, this.#gateOf(stored)) !== null;
  }

  async #advance(latest: StoredRing | null, nowS: number): Promise<StoredRing> {
    const { keeper, use } = this.#place;
    const make = () => keeper.make(kindOf(use).alg, use);
    const settled = this.#settled(latest ?? EMPTY);
    const terms = { nowS, schedule: this.#schedule, make };
    const keys = await advanced(latest === null ? null : settled.keys, terms, this.#gateOf(settled));
    return keys === settled.keys ? settled : { ...settled, keys: [...keys] };
  }

  /** With whatever these terms add to what the file says; the same object where that is nothing. */
  #settled(stored: StoredRing): StoredRing {
    const { entityId, origin, mayActivate } = this.#terms;
    const added = {
      ...(entityId === undefined || stored.entity_id !== undefined ? {} : { entity_id: entityId }),
      ...(origin === undefined || stored.origin !== undefined ? {} : { origin }),
      ...(mayActivate === undefined || stored.gated === true ? {} : { gated: true as const }),
    };
    return Object.keys(added).length === 0 ? stored : { ...added, ...stored };
  }

  #gateOf({ gated }: StoredRing): MayActivate | null {
    if (this.#terms.mayActivate !== undefined) return this.#terms.mayActivate;
    // Somebody else's gate: what it would say is not known here.
    return gated === true ? () => false : null;
  }

  #hold(key: StoredKey): HeldKey {
    const known = this.#held.get(key.kid);
    if (known !== undefined) return known;
    const held = this.#place.keeper.hold(key, this.#place.path);
    this.#held.set(key.kid, held);
    return held;
  }

  #inUse(): HeldKey {
    if (this.#active === undefined) throw new KeyError('key_unknown', `${this.#name()} is not open`);
    return this.#active;
  }

  #name(): string {
    return `${this.#place.owner}/${this.#place.use}`;
  }
}

function publicObjectOf({ kty, crv, x, ...rest }: PublicJwk, where: string): KeyObject {
  try {
    return createPublicKey({ key: { kty, crv, x, ...('y' in rest ? { y: rest.y } : {}) }, format: 'jwk' });
  } catch {
    // It would be published, and nobody could verify with it.
    throw new KeyError('key_file_damaged', `${where}: a public key is not on its curve`);
  }
}
