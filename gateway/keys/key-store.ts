import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Actor, actorOf, createActor, readActor } from './actor.ts';
import { KeyError } from './key-error.ts';
import { FILE_KEEPER, type KeyKeeper } from './key-keeper.ts';
import { infosOf, type KeyInfo, type KeyRing, openRing, type RingTerms } from './key-ring.ts';
import { announced, asked, inState, revoked, rotated } from './key-rotation.ts';
import { type KeySetting, readKeySetting, type TokenSetting } from './key-setting.ts';
import { type KeyUse, keyUseOf, kindOf } from './key-use.ts';
import { changeRingFile, readRingFile, type StoredKey } from './ring-file.ts';

export interface RingName {
  readonly owner: string;
  readonly use: KeyUse;
}

/** What became of a wish to rotate. `announced`: the ring is gated, and whoever keeps it open activates the key. */
export interface Rotation {
  readonly kid: string;
  readonly state: 'active' | 'announced';
  /** If not, whoever holds a trust chain must fetch it again to know the key. */
  readonly wasAnnounced: boolean;
}

/**
 * Every key of a node, by owner (`gateway`, `sandbox/410000`, …) and use. Where the private keys are is the setting's
 * business: nobody else can tell. All throw KeyError.
 */
export interface KeyStore {
  /** Opens a ring, making its first key where there is none. */
  readonly openRing: (owner: string, use: KeyUse, terms: RingTerms) => Promise<KeyRing>;
  /** Opens an entity's registry ring. The ring's own entity id counts, where it has one. */
  readonly openActor: (owner: string, entityId: string, terms?: Omit<RingTerms, 'entityId'>) => Promise<Actor>;
  /** The rings that there are. */
  readonly rings: () => RingName[];
  /** A ring's keys without their private halves; empty where there is no such ring. */
  readonly list: (owner: string, use: KeyUse) => KeyInfo[];
  /** Announces a successor ahead of the schedule, where there is none yet. Gives its kid. */
  readonly announce: (owner: string, use: KeyUse, nowS: number) => Promise<string>;
  /** Puts the announced key to use, or a new one, and retires the one before; a gated ring is only asked to. */
  readonly rotate: (owner: string, use: KeyUse, nowS: number) => Promise<Rotation>;
  /** Revokes a key from now on; an active one is replaced at once, whatever a gate says. */
  readonly revoke: (owner: string, use: KeyUse, revocation: Revocation) => Promise<void>;
  /** Resolves where keys can be used now, or none has been needed yet. */
  readonly probe: () => Promise<void>;
  readonly close: () => void;
}

export interface Revocation {
  readonly kid: string;
  readonly nowS: number;
  readonly reason?: string;
}

/** Opens the store that HUREN_KEYS names. A token is first asked when a key of it is needed. */
export function openKeyStore(setting: KeySetting): KeyStore {
  return new RingStore(setting);
}

/** The file of a ring: `<folder>/<owner>/<use>.json`. */
export function ringFilePath(setting: KeySetting, owner: string, use: KeyUse): string {
  return pathBelow(readKeySetting(setting).folder, owner, use);
}

/**
 * The entity that a ring file acts for, with the key that is active now; null where there is no file. `setting`: where
 * the private key is, if not in the file.
 */
export async function readActorFile(path: string, setting: string | null = null): Promise<Actor | null> {
  const { token } = readKeySetting({ setting, dataDir: '' });
  return await readActor(path, () => keeperOf(token));
}

/** Makes a ring file for an entity, outside any store. Throws KeyError `key_file_present`. */
export async function createActorFile(path: string, entityId: string, nowS = systemNowS()): Promise<Actor> {
  return await createActor(path, entityId, nowS, FILE_KEEPER);
}

class RingStore implements KeyStore {
  readonly #folder: string;
  readonly #token: TokenSetting | null;
  #keeper: Promise<KeyKeeper> | null = null;

  constructor(setting: KeySetting) {
    const { folder, token } = readKeySetting(setting);
    this.#folder = folder;
    this.#token = token;
  }

  async openRing(owner: string, use: KeyUse, terms: RingTerms): Promise<KeyRing> {
    return await openRing({ path: this.#path(owner, use), owner, use, keeper: await this.#keys() }, terms);
  }

  async openActor(
    owner: string,
    entityId: string,
    terms: Omit<RingTerms, 'entityId'> = { nowS: systemNowS() },
  ): Promise<Actor> {
    return actorOf(await this.openRing(owner, 'registry', { ...terms, entityId }));
  }

  rings(): RingName[] {
    return filesBelow(this.#folder).flatMap((path) => {
      const parts = path.split('/');
      const use = keyUseOf((parts.pop() ?? '').replace(/\.json$/, ''));
      return use === null || parts.length === 0 || !path.endsWith('.json') ? [] : [{ owner: parts.join('/'), use }];
    });
  }

  list(owner: string, use: KeyUse): KeyInfo[] {
    return infosOf({ owner, use }, readRingFile(this.#path(owner, use))?.keys ?? []);
  }

  async announce(owner: string, use: KeyUse, nowS: number): Promise<string> {
    const terms = await this.#terms(use, nowS);
    const { keys } = await changeRingFile(this.#path(owner, use), async (ring) => {
      const before = ring?.keys ?? [];
      const after = await announced(before, terms);
      return ring !== null && after === before ? ring : { ...ring, keys: [...after] };
    });
    return kidIn(keys, keys.length === 1 ? 'active' : 'announced');
  }

  async rotate(owner: string, use: KeyUse, nowS: number): Promise<Rotation> {
    const terms = await this.#terms(use, nowS);
    let wasAnnounced = false;
    const { keys, gated } = await changeRingFile(this.#path(owner, use), async (ring) => {
      if (ring === null) throw new KeyError('key_unknown', `there is no key ring ${owner}/${use}`);
      wasAnnounced = inState(ring.keys, 'announced') !== undefined;
      const after = ring.gated === true ? await asked(ring.keys, terms) : await rotated(ring.keys, terms);
      return { ...ring, keys: [...after] };
    });
    const state = gated === true ? 'announced' : 'active';
    return { kid: kidIn(keys, state), state, wasAnnounced };
  }

  async revoke(owner: string, use: KeyUse, { kid, nowS, reason }: Revocation): Promise<void> {
    const terms = await this.#terms(use, nowS);
    await changeRingFile(this.#path(owner, use), async (ring) => {
      const after =
        ring === null ? null : await revoked(ring.keys, { kid, ...(reason === undefined ? {} : { reason }) }, terms);
      if (ring === null || after === null) throw new KeyError('key_unknown', `${owner}/${use} has no such key`);
      return after === ring.keys ? ring : { ...ring, keys: [...after] };
    });
  }

  async probe(): Promise<void> {
    const keeper = await this.#keeper;
    keeper?.probe();
  }

  close(): void {
    const keeper = this.#keeper;
    this.#keeper = null;
    // One that never opened has nothing to close, and whoever waited for it was told.
    keeper?.then(({ close }) => close()).catch(() => {});
  }

  #path(owner: string, use: KeyUse): string {
    return pathBelow(this.#folder, owner, use);
  }

  async #keys(): Promise<KeyKeeper> {
    const opening = this.#keeper ?? keeperOf(this.#token);
    this.#keeper = opening;
    try {
      return await opening;
    } catch (error) {
      // The next one asks again: a token may be plugged in meanwhile.
      if (this.#keeper === opening) this.#keeper = null;
      throw error;
    }
  }

  async #terms(use: KeyUse, nowS: number) {
    const { alg, schedule } = kindOf(use);
    return { nowS, schedule, make: async () => (await this.#keys()).make(alg, use) };
  }
}

async function keeperOf(token: TokenSetting | null): Promise<KeyKeeper> {
  if (token === null) return FILE_KEEPER;
  const { openTokenKeeper } = await import('./token-keeper.ts');
  return await openTokenKeeper(token);
}

function systemNowS(): number {
  return Math.floor(Date.now() / 1000);
}

const OWNER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){0,7}$/;

function pathBelow(folder: string, owner: string, use: KeyUse): string {
  // An owner that climbs out of the folder would make a key ring of any file.
  if (!OWNER.test(owner)) throw new KeyError('key_unknown', 'an owner is names with a slash between them');
  return join(folder, owner, `${use}.json`);
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  } catch (error) {
    // A folder that is not there is one where nobody made a key yet.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return [];
    throw new KeyError('key_file_unreadable', `${folder} cannot be read (${code})`);
  }
}

function kidIn(keys: readonly StoredKey[], state: 'active' | 'announced'): string {
  const kid = inState(keys, state)?.kid;
  if (kid === undefined) throw new KeyError('key_unknown', `no key is ${state}`);
  return kid;
}
