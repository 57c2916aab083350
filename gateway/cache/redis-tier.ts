import { randomUUID } from 'node:crypto';
import { CacheError } from './cache-error.ts';
import type { CacheKeys } from './cache-keys.ts';
import { type CacheEntry, type CacheTier, cacheEntrySchema } from './cached-answer.ts';
import type { RedisConnection } from './redis-connection.ts';

/** An entry, or who asks the province now: `lead` asks and must settle; `follow` waits for whoever leads. */
export type SharedReading =
  | { readonly kind: 'entry'; readonly entry: CacheEntry }
  | { readonly kind: 'lead'; readonly lease: string }
  | { readonly kind: 'follow' };

// One round trip for both: what is there, or else the right to ask for it. The lease ends by itself, so that a process
// that dies while it leads holds up the others no longer than that.
const READ_OR_LEASE = `
local entry = redis.call('GET', KEYS[1])
if entry then return {1, entry} end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return {2, ''} end
return {3, ''}`;

const SETTLE = `
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/**
 * The second tier: Redis, shared by all instances. Values are sealed and names are HMACs. Every method rejects with
 * CacheError `unavailable` where Redis does not answer in time.
 */
export class RedisTier implements CacheTier {
  readonly #redis: RedisConnection;
  readonly #keys: CacheKeys;
  readonly #nowMs: () => number;

  constructor(redis: RedisConnection, keys: CacheKeys, nowMs: () => number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#nowMs = nowMs;
  }

  async get(name: string): Promise<CacheEntry | null> {
    const sealed = await attempt(() => this.#redis.client.getBuffer(entryKey(name)));
    return sealed === null ? null : this.#open(name, sealed);
  }

  async put(name: string, entry: CacheEntry): Promise<void> {
    const lifeMs = this.#lifeMs(entry);
    if (lifeMs <= 0) return;
    await attempt(() => this.#redis.client.set(entryKey(name), this.#seal(name, entry), 'PX', lifeMs));
  }

  /** Reads, and where nothing usable is there, tries to become the one instance that asks the province. */
  async readOrLead(name: string, leaseMs: number): Promise<SharedReading> {
    const lease = randomUUID();
    const reply = await attempt(() =>
      this.#redis.client.callBuffer('EVAL', READ_OR_LEASE, 2, entryKey(name), leaseKey(name), lease, leaseMs),
    );
    const [outcome, sealed]: unknown[] = Array.isArray(reply) ? reply : [];
    if (outcome === 2) return { kind: 'lead', lease };
    if (outcome !== 1 || !Buffer.isBuffer(sealed)) return { kind: 'follow' };
    const entry = this.#open(name, sealed);
    // What cannot be opened is nobody's entry; it is overwritten by whoever asks next.
    return entry === null ? { kind: 'lead', lease } : { kind: 'entry', entry };
  }

  /** Ends a lease, leaving the answer for those who wait; `entry` null where there was none to leave. */
  async settle(name: string, lease: string, entry: CacheEntry | null): Promise<void> {
    const lifeMs = entry === null ? 0 : this.#lifeMs(entry);
    const sealed = entry === null || lifeMs <= 0 ? '' : this.#seal(name, entry);
    await attempt(() =>
      this.#redis.client.call('EVAL', SETTLE, 2, entryKey(name), leaseKey(name), lease, sealed, Math.max(lifeMs, 1)),
    );
  }

  /** For one who follows: the entry once it is there, `released` when the leader gave up, null while it still asks. */
  async follow(name: string): Promise<CacheEntry | 'released' | null> {
    const [sealed, lease] = await attempt(() => this.#redis.client.mgetBuffer(entryKey(name), leaseKey(name)));
    if (Buffer.isBuffer(sealed)) return this.#open(name, sealed) ?? 'released';
    return Buffer.isBuffer(lease) ? null : 'released';
  }

  #lifeMs(entry: CacheEntry): number {
    return Math.floor(entry.usableUntilMs - this.#nowMs());
  }

  #seal(name: string, entry: CacheEntry): Buffer {
    return this.#keys.seal(name, JSON.stringify(entry));
  }

  #open(name: string, sealed: Buffer): CacheEntry | null {
    const text = this.#keys.open(name, sealed);
    if (text === null) return null;
    const parsed = cacheEntrySchema.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.usableUntilMs > this.#nowMs() ? parsed.data : null;
  }
}

/** The braces put an entry and its lease into one slot of a Cluster, so that one script may touch both. */
function entryKey(name: string): string {
  return `huren:{${name}}:answer`;
}

function leaseKey(name: string): string {
  return `huren:{${name}}:lease`;
}

async function attempt<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (cause) {
    throw new CacheError('unavailable', 'Redis did not answer', { cause });
  }
}
