import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync, randomBytes } from 'node:crypto';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CacheKey } from './cached-answer.ts';

export const EPOCH_MS = 3_600_000;
const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 5;
/** Epochs whose keys are kept imported: the last one, this one, and the next for clocks that run ahead. */
const KEPT_EPOCHS = 4;

interface EpochKeys {
  readonly name: Digest;
  readonly tag: Digest;
  readonly seal: Buffer;
}

/** A keyed digest of a text: in base64url, or where nobody outside sees it a letter for each octet. */
type Digest = (text: string) => string;

/** Whether names and tags are seen outside this process. */
export type NamesGo = 'out' | 'nowhere';

/** What a question is about. `adapter` is the manifest's digest: no answer outlives the tables that it was read by. */
export interface Question {
  readonly province: ProvinceCode;
  readonly adapter: string;
  readonly token: string;
  /** Where the answer depends on it; absent or null: it is the same everywhere. */
  readonly destination?: ProvinceCode | null;
}

/**
 * Names, tags and seals of cached answers. Every key is derived (HKDF, RFC 5869) from one secret that all instances
 * share and from the hour, so that a stolen dump names nobody, opens nowhere, and cannot be compared with the next one.
 */
export class CacheKeys {
  readonly #secret: Buffer;
  readonly #nowMs: () => number;
  readonly #digestWith: (key: Buffer) => Digest;
  readonly #epochs = new Map<number, EpochKeys>();

  constructor(secret: string, nowMs: () => number, namesGo: NamesGo = 'out') {
    this.#secret = Buffer.from(secret, 'utf8');
    this.#nowMs = nowMs;
    this.#digestWith = namesGo === 'out' ? macWith : prefixWith;
  }

  /** The name of a question, and its name of the last hour while an answer that may live `lifeMs` can be under it. */
  keyOf(question: Question, lifeMs: number): CacheKey {
    const nowMs = this.#nowMs();
    const epoch = epochAt(nowMs);
    const previous = nowMs - epoch * EPOCH_MS < lifeMs ? this.#name(epoch - 1, question) : null;
    return { province: question.province, name: this.#name(epoch, question), previous };
  }

  /** What stands for a handle inside an entry. */
  tagOf(province: ProvinceCode, handle: string): string {
    return this.#tag(epochAt(this.#nowMs()), province, handle);
  }

  /** Every tag under which an entry about a handle can be, whichever side of the hour its maker's clock is on. */
  tagsOf(province: ProvinceCode, handle: string): string[] {
    const epoch = epochAt(this.#nowMs());
    return [epoch - 1, epoch, epoch + 1].map((each) => this.#tag(each, province, handle));
  }

  /** AES-256-GCM under the hour's key, bound to `name`: an entry cannot be moved under another name. */
  seal(name: string, text: string): Buffer {
    const epoch = epochAt(this.#nowMs());
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(VERSION, 0);
    head.writeUInt32BE(epoch, 1);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keys(epoch).seal, iv);
    cipher.setAAD(Buffer.concat([head, Buffer.from(name)]));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([head, iv, cipher.getAuthTag(), sealed]);
  }

  /** The sealed text, or null for what is not ours: another secret, another name, another hour, or tampering. */
  open(name: string, sealed: Buffer): string | null {
    const start = HEAD_BYTES + IV_BYTES + TAG_BYTES;
    if (sealed.length < start || sealed.readUInt8(0) !== VERSION) return null;
    const epoch = sealed.readUInt32BE(1);
    if (Math.abs(epochAt(this.#nowMs()) - epoch) > 1) return null;
    const head = sealed.subarray(0, HEAD_BYTES);
    const iv = sealed.subarray(HEAD_BYTES, HEAD_BYTES + IV_BYTES);
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv('aes-256-gcm', this.#keys(epoch).seal, iv, options);
    decipher.setAAD(Buffer.concat([head, Buffer.from(name)]));
    decipher.setAuthTag(sealed.subarray(HEAD_BYTES + IV_BYTES, start));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(start)), decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }

  #name(epoch: number, { province, adapter, token, destination = null }: Question): string {
    const whose = destination === null ? '' : `\0${destination}`;
    return this.#keys(epoch).name(`${province}\0${adapter}${whose}\0${token}`);
  }

  #tag(epoch: number, province: ProvinceCode, handle: string): string {
    return this.#keys(epoch).tag(`${province}\0${handle}`);
  }

  #keys(epoch: number): EpochKeys {
    const known = this.#epochs.get(epoch);
    if (known !== undefined) return known;
    const derive = (use: string) =>
      Buffer.from(hkdfSync('sha256', this.#secret, '', `huren cache ${VERSION} ${use} ${epoch}`, 32));
    const keys = {
      name: this.#digestWith(derive('name')),
      tag: this.#digestWith(derive('tag')),
      seal: derive('seal'),
    };
    this.#epochs.set(epoch, keys);
    for (const old of [...this.#epochs.keys()].sort((a, b) => a - b).slice(0, -KEPT_EPOCHS)) this.#epochs.delete(old);
    return keys;
  }
}

function macWith(key: Buffer): Digest {
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}

/** For what nobody outside ever sees: a digest with the key before it costs a fraction of a MAC, and tells as little. */
function prefixWith(key: Buffer): Digest {
  const prefix = key.toString('base64');
  return (text) => hash('sha256', `${prefix}${text}`, 'latin1');
}

function epochAt(nowMs: number): number {
  return Math.floor(nowMs / EPOCH_MS);
}
