import { createHash, randomBytes } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/**
 * Bounds memory, and is more than a process takes of anything within a minute or two. What is remembered was signed by
 * somebody entitled; nobody else can fill this.
 */
const MOST_REMEMBERED = 500_000;

/** `unknown`: whether it was seen cannot be told just now, or could not be later. */
export type Claim = 'first' | 'again' | 'unknown';

/**
 * What was handled before, by any instance, for as long as it could be sent again: security events, auditors' questions,
 * sessions that were ended. Only hashes of identifiers are kept.
 */
export interface SeenOnce {
  readonly has: (id: string) => Promise<boolean>;
  /** To be called once the thing is done: what failed half-way may be sent again. */
  readonly note: (id: string) => Promise<void>;
  /**
   * For what must not even be begun twice: of all who claim the same thing, one is `first`. `admit` is called once nothing is
   * known here of it and before it takes a place; where that throws, so does this, and nothing is remembered.
   */
  readonly claim: (id: string, admit?: () => void) => Promise<Claim>;
}

/**
 * Remembers for `lifeMs`, in this process alone where there is no Redis. `name` keeps kinds of things apart; `most` is what
 * this process remembers within that time.
 */
export function openSeenOnce(
  name: string,
  redis: Redis | Cluster | null,
  lifeMs: number,
  most = MOST_REMEMBERED,
): SeenOnce {
  const here = new SeenHere(lifeMs, most);
  return redis === null ? here : new SeenByAll(name, redis, here, lifeMs);
}

/**
 * Two generations: the older one goes once the newer is as old as a thing is remembered for. Where the newer is full before
 * that, nothing more may be claimed: one client's many proofs must not make room to send another's again.
 */
class SeenHere implements SeenOnce {
  readonly #lifeMs: number;
  readonly #most: number;
  #newer = new Set<string>();
  #older = new Set<string>();
  #turnedMs = performance.now();

  constructor(lifeMs: number, most: number) {
    this.#lifeMs = lifeMs;
    this.#most = most;
  }

  async has(id: string): Promise<boolean> {
    return this.#hasName(nameOf(id));
  }

  async note(id: string): Promise<void> {
    this.#turn();
    // What has been noted longest goes: an event changes nothing when it comes again, and nobody ends so many sessions.
    if (this.#newer.size >= this.#most) this.#begin(this.#newer);
    this.#newer.add(nameOf(id));
  }

  async claim(id: string, admit?: () => void): Promise<Claim> {
    const name = nameOf(id);
    if (this.#hasName(name)) return 'again';
    admit?.();
    if (this.#newer.size >= this.#most) return 'unknown';
    this.#newer.add(name);
    return 'first';
  }

  forget(id: string): void {
    const name = nameOf(id);
    this.#newer.delete(name);
    this.#older.delete(name);
  }

  #hasName(name: string): boolean {
    this.#turn();
    return this.#newer.has(name) || this.#older.has(name);
  }

  #turn(): void {
    const ageMs = performance.now() - this.#turnedMs;
    if (ageMs < this.#lifeMs) return;
    this.#begin(ageMs < 2 * this.#lifeMs ? this.#newer : new Set());
  }

  #begin(older: Set<string>): void {
    this.#older = older;
    this.#newer = new Set();
    this.#turnedMs = performance.now();
  }
}

/** Redis for all; what this instance saw itself it knows without Redis too. */
class SeenByAll implements SeenOnce {
  readonly #prefix: string;
  readonly #redis: Redis | Cluster;
  readonly #here: SeenHere;
  readonly #lifeMs: number;

  constructor(name: string, redis: Redis | Cluster, here: SeenHere, lifeMs: number) {
    this.#prefix = `huren:seen:${name}:`;
    this.#redis = redis;
    this.#here = here;
    this.#lifeMs = lifeMs;
  }

  async has(id: string): Promise<boolean> {
    if (await this.#here.has(id)) return true;
    const name = nameOf(id);
    return isAbout(name, await this.#redis.get(this.#prefix + name).catch(() => null));
  }

  async note(id: string): Promise<void> {
    await this.#here.note(id);
    const name = nameOf(id);
    await this.#redis.set(this.#prefix + name, name, 'PX', this.#lifeMs).catch(() => null);
  }

  async claim(id: string, admit?: () => void): Promise<Claim> {
    if ((await this.#here.claim(id, admit)) === 'again') return 'again';
    const name = nameOf(id);
    const mine = `${name} ${randomBytes(12).toString('base64url')}`;
    const key = this.#prefix + name;
    // What stands there is read back: a reply that was meant for another command must not pass for "first".
    const [, held] = await Promise.all([
      this.#redis.set(key, mine, 'PX', this.#lifeMs, 'NX').catch(() => null),
      this.#redis.get(key).catch(() => null),
    ]);
    if (held === mine) return 'first';
    if (isAbout(name, held)) return 'again';
    this.#here.forget(id);
    return 'unknown';
  }
}

/** The name is part of the value: a reply that was meant for another command must not pass for "seen". */
function isAbout(name: string, held: string | null): boolean {
  return held !== null && held.split(' ', 1)[0] === name;
}

function nameOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
