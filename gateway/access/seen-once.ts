import { createHash, randomBytes } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/**
 * Bounds memory, and is more than a process takes of anything within a minute or two: what is remembered was signed by
 * somebody entitled, so no stranger can push anything out.
 */
const MOST_REMEMBERED = 500_000;

/** `unknown`: not seen by this instance, and what the others have seen cannot be asked just now. */
export type Claim = 'first' | 'again' | 'unknown';

/**
 * What was handled before, by any instance, for as long as it could be sent again: security events, auditors' questions,
 * sessions that were ended. Only hashes of identifiers are kept.
 */
export interface SeenOnce {
  readonly has: (id: string) => Promise<boolean>;
  /** To be called once the thing is done: what failed half-way may be sent again. */
  readonly note: (id: string) => Promise<void>;
  /** For what must not even be begun twice: of all who claim the same thing, one is `first`. */
  readonly claim: (id: string) => Promise<Claim>;
}

/** Remembers for `lifeMs`, in this process alone where there is no Redis. `name` keeps kinds of things apart. */
export function openSeenOnce(name: string, redis: Redis | Cluster | null, lifeMs: number): SeenOnce {
  const here = new SeenHere(lifeMs);
  return redis === null ? here : new SeenByAll(name, redis, here, lifeMs);
}

/** Two generations: the older one goes once the newer is as old as a thing is remembered for, or full. */
class SeenHere implements SeenOnce {
  readonly #lifeMs: number;
  #newer = new Set<string>();
  #older = new Set<string>();
  #turnedMs = performance.now();

  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs;
  }

  async has(id: string): Promise<boolean> {
    return this.#hasName(nameOf(id));
  }

  async note(id: string): Promise<void> {
    this.#turn();
    this.#newer.add(nameOf(id));
  }

  async claim(id: string): Promise<Claim> {
    const name = nameOf(id);
    if (this.#hasName(name)) return 'again';
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
    const nowMs = performance.now();
    const ageMs = nowMs - this.#turnedMs;
    if (ageMs < this.#lifeMs && this.#newer.size < MOST_REMEMBERED) return;
    this.#older = ageMs < 2 * this.#lifeMs ? this.#newer : new Set();
    this.#newer = new Set();
    this.#turnedMs = nowMs;
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

  async claim(id: string): Promise<Claim> {
    if ((await this.#here.claim(id)) === 'again') return 'again';
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
