import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { CacheError } from './cache-error.ts';
import { BEGINNING, type Invalidation, type InvalidationLedger, type Position, positionOf } from './invalidation.ts';
import type { AppliedInvalidation, FeedState, InvalidationFeed } from './invalidation-feed.ts';
import type { RedisConnection } from './redis-connection.ts';

const STREAM = 'huren:invalidations';
/** Longest stream kept. An instance that was away for more than that forgets everything it holds instead. */
const KEPT_EVENTS = 10_000;
const BLOCK_MS = 1_000;
const READ_TIMEOUT_MS = BLOCK_MS + 1_000;
/** Nobody at a door waits for an event: it may take longer than a look-up, but must not be lost lightly. */
const WRITE_TIMEOUT_MS = 2_000;
const RETRY_MS = 100;
const OWN_WITHIN_MS = 2_000;
/** Stands behind every sign of a place that Redis gave. */
const OWN = '~';

const eventSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('begin') }),
  z.strictObject({ kind: z.literal('handle'), province: provinceCodeSchema, tags: z.array(z.string().max(64)).max(8) }),
  z.strictObject({ kind: z.enum(['province', 'aged']), province: provinceCodeSchema }),
  z.strictObject({ kind: z.literal('key'), province: provinceCodeSchema, kid: z.string().max(256) }),
]);
/** By the clock of whoever received it. */
const receivedSchema = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number);
const streamEntriesSchema = z.array(z.tuple([z.string().regex(/^\d+-\d+$/), z.array(z.string())]));
/** RESP3's map from stream to entries, as ioredis flattens it. */
const readReplySchema = z.tuple([z.string(), streamEntriesSchema]);

type StreamEntries = z.infer<typeof streamEntriesSchema>;

/**
 * The feed over a Redis stream, read with blocking reads from the last place known: what publish and subscribe would
 * lose while a connection is down, a stream still has. Where the stream itself was lost or trimmed past our place,
 * nothing can prove that nothing was missed, and everything cached before is forgotten.
 */
export function openRedisFeed(
  redis: RedisConnection,
  ledger: InvalidationLedger,
  onApplied: (applied: AppliedInvalidation) => void,
): InvalidationFeed {
  return new RedisFeed(redis, ledger, onApplied);
}

class RedisFeed implements InvalidationFeed {
  readonly #writer: RedisConnection;
  readonly #reader: RedisConnection;
  readonly #ledger: InvalidationLedger;
  readonly #onApplied: (applied: AppliedInvalidation) => void;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #state: FeedState = 'down';
  /** The stream's id of the last event read, null before the first. */
  #lastId: string | null = null;
  /** Events that Redis was not told of. */
  #untold = 0;

  constructor(redis: RedisConnection, ledger: InvalidationLedger, onApplied: (applied: AppliedInvalidation) => void) {
    this.#writer = redis.duplicate(WRITE_TIMEOUT_MS);
    this.#reader = redis.duplicate(READ_TIMEOUT_MS);
    this.#ledger = ledger;
    this.#onApplied = onApplied;
    this.#running = this.#follow();
  }

  state = (): FeedState => this.#state;

  publish = async (invalidation: Invalidation, receivedAtMs: number): Promise<void> => {
    const event = ['e', JSON.stringify(invalidation), 't', String(receivedAtMs)];
    try {
      const id = await this.#writer.client.xadd(STREAM, 'MAXLEN', '~', KEPT_EVENTS, '*', ...event);
      await this.#hasRead(placeOf(String(id)));
    } catch (cause) {
      this.#ledger.apply(this.#ownPlace(), invalidation);
      this.#onApplied({ invalidation, receivedAtMs });
      throw new CacheError('unavailable', 'the other instances cannot be told', { cause });
    }
  };

  close = async (): Promise<void> => {
    this.#stopped.abort();
    this.#reader.close();
    this.#writer.close();
    await this.#running;
  };

  /** Between the last place read and the next one that Redis can give; as short after an hour without it as before. */
  #ownPlace(): Position {
    const [read = BEGINNING] = this.#ledger.position.split(OWN, 1);
    this.#untold += 1;
    return `${read}${OWN}${positionOf(0, this.#untold)}`;
  }

  async #follow(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#catchUp();
        this.#state = 'live';
        while (!this.#stopped.signal.aborted) await this.#readOn(BLOCK_MS);
      } catch {
        this.#state = 'down';
        if (this.#stopped.signal.aborted) return;
        this.#reader.renew();
        this.#writer.renew();
        await delay(RETRY_MS, undefined, { signal: this.#stopped.signal }).catch(() => {});
      }
    }
  }

  async #catchUp(): Promise<void> {
    await this.#reader.client.ping();
    this.#state = 'catching_up';
    if (this.#lastId !== null && (await this.#isThere(this.#lastId))) {
      while ((await this.#readOn(null)) > 0);
      return;
    }
    await this.#startOver();
  }

  async #startOver(): Promise<void> {
    const [last] = await this.#range('xrevrange', 1);
    const known = this.#lastId ?? '0-0';
    // A Redis that lost its data may also have lost time: a new place must never be before one already read.
    if (last === undefined || placeOf(last[0]) < placeOf(known)) await this.#begin(known);
    const [first] = await this.#range('xrange', 1);
    if (first === undefined) throw new CacheError('unavailable', 'the stream is gone again');
    this.#ledger.forgetBefore(placeOf(first[0]));
    this.#take([first]);
    while ((await this.#readOn(null)) > 0);
  }

  async #begin(after: string): Promise<void> {
    const ms = Number(after.split('-')[0]);
    const id = ms === 0 ? '*' : `${Math.max(ms + 1, Date.now())}-0`;
    await this.#writer.client.xadd(STREAM, id, 'e', '{"kind":"begin"}', 't', '0');
  }

  async #isThere(id: string): Promise<boolean> {
    const found = await this.#reader.client.xrange(STREAM, id, id);
    return found.length > 0;
  }

  async #range(command: 'xrange' | 'xrevrange', count: number): Promise<StreamEntries> {
    const { client } = this.#reader;
    const reply =
      command === 'xrange'
        ? await client.xrange(STREAM, '-', '+', 'COUNT', count)
        : await client.xrevrange(STREAM, '+', '-', 'COUNT', count);
    return streamEntriesSchema.parse(reply);
  }

  /** Reads what is new, waiting up to `blockMs` for it; how many events there were. */
  async #readOn(blockMs: number | null): Promise<number> {
    const waiting = blockMs === null ? [] : ['BLOCK', blockMs];
    const from = this.#lastId ?? '0-0';
    const reply = await this.#reader.client.call('XREAD', 'COUNT', 1_000, ...waiting, 'STREAMS', STREAM, from);
    const entries = reply === null ? [] : readReplySchema.parse(reply)[1];
    this.#take(entries);
    return entries.length;
  }

  #take(entries: StreamEntries): void {
    for (const [id, fields] of entries) {
      const at = placeOf(id);
      const event = eventSchema.safeParse(jsonOrUndefined(fields[1] ?? ''));
      const received = receivedSchema.safeParse(fields[3]);
      if (!event.success || !received.success) {
        // Somebody wrote what we cannot read: it may have been an invalidation.
        this.#ledger.forgetBefore(at);
      } else if (event.data.kind !== 'begin') {
        this.#ledger.apply(at, event.data);
        this.#onApplied({ invalidation: event.data, receivedAtMs: received.data });
      }
      this.#ledger.advance(at);
      this.#lastId = id;
    }
    if (entries.length > 0) for (const wake of [...this.#waiting]) wake();
  }

  async #hasRead(at: Position): Promise<void> {
    const deadlineMs = performance.now() + OWN_WITHIN_MS;
    while (this.#ledger.position < at) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new CacheError('unavailable', 'the own event did not come back');
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, leftMs);
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
      clearTimeout(timer);
    }
  }
}

function placeOf(id: string): Position {
  const [ms, sequence] = id.split('-').map(Number);
  return ms === undefined || sequence === undefined ? BEGINNING : positionOf(ms, sequence);
}
