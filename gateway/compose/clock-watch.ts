import { uptime } from 'node:os';
import type { RedisConnection } from '../cache/redis-connection.ts';
import type { PostgresPool } from '../stores/postgres-pool.ts';

/** Beyond this nothing is signed: every freshness, expiry and window in an answer would be a lie. */
export const CLOCK_BOUND_MS = 30_000;
const CHECK_EVERY_MS = 1_000;
const ASK_EVERY_CHECKS = 15;
const DATABASE_WITHIN_MS = 1_000;

/** Another machine's clock, epoch milliseconds. Rejects where it cannot be asked. */
export type ReferenceClock = () => Promise<number>;

interface Parts {
  readonly nowMs: () => number;
  /** Time since this machine started: it cannot be set, and goes on while the machine sleeps. */
  readonly upMs: () => number;
  readonly references: readonly ReferenceClock[];
  readonly onChange: (isOff: boolean, offMs: number) => void;
}

/**
 * Watches this machine's clock against the time since it started, which catches a clock that is set while we run, and
 * against the clocks of Redis and PostgreSQL, which catches one that was wrong all along. A reference that agrees
 * clears what a correction of the clock had raised.
 */
export class ClockWatch {
  readonly #parts: Parts;
  #startedMs: number;
  #offMs = 0;
  #checks = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#startedMs = parts.nowMs() - parts.upMs();
  }

  isOff(): boolean {
    return Math.abs(this.#offMs) > CLOCK_BOUND_MS;
  }

  /** One look; asks the references at the first and then every few. */
  async check(): Promise<void> {
    const { nowMs, upMs } = this.#parts;
    const drift = nowMs() - upMs() - this.#startedMs;
    const isJump = Math.abs(drift) > CLOCK_BOUND_MS;
    const isDue = this.#checks % ASK_EVERY_CHECKS === 0;
    this.#checks += 1;
    if (!isJump && !isDue && !this.isOff()) return;
    const offMs = await this.#askReferences();
    if (offMs === null) {
      this.#settle(isJump ? drift : 0);
      return;
    }
    if (Math.abs(offMs) <= CLOCK_BOUND_MS) this.#startedMs = nowMs() - upMs();
    this.#settle(offMs);
  }

  /**
   * How far off the references say we are; null where none of them answers. A stop of the whole gateway takes everybody
   * who answers, and each of them twice: one wrong clock elsewhere, or one garbled reply, is not ours being off.
   */
  async #askReferences(): Promise<number | null> {
    const { references } = this.#parts;
    let offMs: number | null = null;
    for (const ask of [...references, ...references]) {
      const found = await this.#ask(ask);
      if (found === null) continue;
      if (Math.abs(found) <= CLOCK_BOUND_MS) return found;
      offMs = found;
    }
    return offMs;
  }

  async #ask(reference: ReferenceClock): Promise<number | null> {
    const before = this.#parts.nowMs();
    const there = await reference().catch(() => null);
    const offMs = (before + this.#parts.nowMs()) / 2 - (there ?? Number.NaN);
    return Number.isFinite(offMs) ? offMs : null;
  }

  #settle(offMs: number): void {
    const wasOff = this.isOff();
    this.#offMs = offMs;
    if (this.isOff() !== wasOff) this.#parts.onChange(this.isOff(), offMs);
  }
}

interface Places {
  readonly redis: RedisConnection | null;
  readonly database: PostgresPool | null;
  readonly onChange: Parts['onChange'];
}

/** Watches the real clock until `stop`. */
export function watchClock({ redis, database, onChange }: Places): { watch: ClockWatch; stop: () => void } {
  const references: ReferenceClock[] = [];
  if (redis !== null) references.push(() => redisTime(redis));
  if (database !== null) references.push(() => databaseTime(database));
  const watch = new ClockWatch({ nowMs: Date.now, upMs: () => uptime() * 1000, references, onChange });
  let isChecking = false;
  const timer = setInterval(async () => {
    // A reference that is slow to say it is away takes longer than a second: looks do not queue up behind it.
    if (isChecking) return;
    isChecking = true;
    await watch.check();
    isChecking = false;
  }, CHECK_EVERY_MS).unref();
  return { watch, stop: () => clearInterval(timer) };
}

async function redisTime({ client }: RedisConnection): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
}

async function databaseTime(database: PostgresPool): Promise<number> {
  const sql = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms';
  const [row] = await database.rows(sql, [], DATABASE_WITHIN_MS);
  return Number(row?.['ms'] ?? Number.NaN);
}
