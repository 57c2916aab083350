import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

const REMEMBERED = 100_000;

/** Tells what was handled before, on any instance that shares the Redis, for as long as `lifeMs`. */
export class SeenOnce {
  readonly #local: LRUCache<string, true>;
  readonly #redis: Redis | Cluster | null;
  readonly #prefix: string;
  readonly #lifeMs: number;

  constructor(name: string, redis: Redis | Cluster | null, lifeMs: number) {
    this.#prefix = `huren:seen:${name}:`;
    this.#redis = redis;
    this.#lifeMs = lifeMs;
    this.#local = new LRUCache({ max: REMEMBERED, ttl: lifeMs });
  }

  async has(id: string): Promise<boolean> {
    const name = nameOf(id);
    if (this.#local.has(name)) return true;
    if (this.#redis === null) return false;
    // The name itself is the value: a reply that was meant for another command must not pass for "seen".
    return (await this.#redis.get(this.#prefix + name).catch(() => null)) === name;
  }

  /** To be called once the thing is done: what failed half-way may be sent again. */
  async note(id: string): Promise<void> {
    const name = nameOf(id);
    this.#local.set(name, true);
    await this.#redis?.set(this.#prefix + name, name, 'PX', this.#lifeMs).catch(() => null);
  }
}

function nameOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
