import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { UNKNOWN_CODES_RULE } from '../../schemas/unknown-codes.ts';
import { ProblemError } from '../problem-error.ts';

const { windowS, slowedFrom, stoppedFrom, share, usualFrom, usualClients } = UNKNOWN_CODES_RULE;
const WINDOW_MS = windowS * 1000;
/** Bounds memory: whoever asks least is forgotten first, and whoever guesses asks much. */
const COUNTED_CLIENTS = 10_000;
const SLOWED_EVERY_MS = 1_000;

export type Holding = 'slowed' | 'stopped';

/** What a client asked a province, and what of it the province did not know. */
interface Counts {
  asked: number;
  unknown: number;
}
type ByProvince = Map<ProvinceCode, Counts>;

/** What is usual at a province: of the clients that have asked it often enough, the shares of unknown codes added up. */
interface Usual {
  clients: number;
  shares: number;
}

interface Parts {
  /** Null: this process counts for itself. */
  readonly redis: Redis | Cluster | null;
  /** A client is held from now on. */
  readonly onHeld: (holding: Holding, client: string) => void;
  /** A client that is held was turned away. */
  readonly onRefused: (holding: Holding) => void;
  readonly nowMs: () => number;
}

/**
 * Holds a client that guesses codes, by the rule that `UNKNOWN_CODES_RULE` publishes: first it is slowed, then stopped. Only
 * numbers are kept, for ten minutes, and nobody waits for Redis: a client that spreads over instances is held one guess later.
 */
export class UnknownCodes {
  readonly #parts: Parts;
  #window = Number.NaN;
  readonly #clients = new LRUCache<string, ByProvince>({ max: COUNTED_CLIENTS });
  readonly #usual = new Map<ProvinceCode, Usual>();
  /** Clients that are slowed, and when each may ask again (ms since 1970). */
  readonly #slowed = new Map<string, number>();
  /** Clients that are stopped, and until when. Outlives the window. */
  readonly #stopped = new Map<string, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Throws ProblemError `unknown_codes_excessive`, with Retry-After, for a client that is held. */
  admit(client: string, codes: number): void {
    if (this.#slowed.size === 0 && this.#stopped.size === 0) return;
    const nowMs = this.#parts.nowMs();
    this.#turn(nowMs);
    const stoppedUntilMs = this.#stopped.get(client) ?? 0;
    if (stoppedUntilMs > nowMs) throw this.#refusal('stopped', stoppedUntilMs - nowMs);
    const nextMs = this.#slowed.get(client);
    if (nextMs === undefined) return;
    if (nextMs > nowMs) throw this.#refusal('slowed', nextMs - nowMs);
    this.#slowed.set(client, nowMs + codes * SLOWED_EVERY_MS);
  }

  /** Counts one code that a province was asked about. Gives back whether its client is held by now. */
  note(client: string, province: ProvinceCode, isUnknown: boolean): boolean {
    this.#turn(this.#parts.nowMs());
    let own = this.#clients.get(client);
    if (own === undefined) {
      own = new Map();
      this.#clients.set(client, own);
    }
    this.#count(client, own, province, { asked: 1, unknown: isUnknown ? 1 : 0 });
    if (isUnknown) {
      this.#hold(client, own);
      void this.#share(client, province, own);
    }
    return this.#isHeld(client);
  }

  /** How many clients are held just now. */
  held(): Readonly<Record<Holding, number>> {
    this.#turn(this.#parts.nowMs());
    return { slowed: this.#slowed.size, stopped: this.#stopped.size };
  }

  #hold(client: string, own: ByProvince): void {
    const { surplus, asked } = this.#judged(client, own);
    if (surplus < asked * share || this.#stopped.has(client)) return;
    const nowMs = this.#parts.nowMs();
    if (surplus >= stoppedFrom) {
      for (const [province, counts] of own) this.#leaveUsual(client, province, counts);
      this.#stopped.set(client, nowMs + WINDOW_MS);
      this.#slowed.delete(client);
      this.#clients.delete(client);
      this.#parts.onHeld('stopped', client);
    } else if (surplus >= slowedFrom && !this.#slowed.has(client)) {
      for (const [province, counts] of own) this.#leaveUsual(client, province, counts);
      this.#slowed.set(client, nowMs + SLOWED_EVERY_MS);
      this.#parts.onHeld('slowed', client);
    }
  }

  #count(client: string, own: ByProvince, province: ProvinceCode, more: Readonly<Counts>): void {
    const counts = own.get(province) ?? { asked: 0, unknown: 0 };
    this.#leaveUsual(client, province, counts);
    counts.asked += more.asked;
    counts.unknown += more.unknown;
    own.set(province, counts);
    if (!this.#isUsual(client, counts)) return;
    const usual = this.#usualAt(province);
    usual.clients += 1;
    usual.shares += shareOf(counts);
  }

  /** Whoever is held says nothing of what is usual, nor whoever has asked too little. */
  #isUsual(client: string, { asked }: Readonly<Counts>): boolean {
    return asked >= usualFrom && !this.#isHeld(client);
  }

  #isHeld(client: string): boolean {
    return this.#slowed.has(client) || this.#stopped.has(client);
  }

  #leaveUsual(client: string, province: ProvinceCode, counts: Readonly<Counts>): void {
    if (!this.#isUsual(client, counts)) return;
    const usual = this.#usualAt(province);
    usual.clients -= 1;
    usual.shares -= shareOf(counts);
  }

  #usualAt(province: ProvinceCode): Usual {
    const usual = this.#usual.get(province) ?? { clients: 0, shares: 0 };
    this.#usual.set(province, usual);
    return usual;
  }

  /** Unknown codes beyond what others' codes let expect, and codes asked, over all provinces. */
  #judged(client: string, own: ByProvince): { readonly surplus: number; readonly asked: number } {
    let [surplus, asked] = [0, 0];
    for (const [province, counts] of own) {
      const { clients, shares } = this.#usualAt(province);
      const isIn = this.#isUsual(client, counts);
      const others = isIn ? clients - 1 : clients;
      const usual = others < usualClients ? 0 : (shares - (isIn ? shareOf(counts) : 0)) / others;
      surplus += Math.max(0, counts.unknown - counts.asked * Math.min(1, 2 * Math.max(0, usual)));
      asked += counts.asked;
    }
    return { surplus, asked };
  }

  /** Tells Redis of one unknown code, and takes over what the instances have counted together of that client. */
  async #share(client: string, province: ProvinceCode, own: ByProvince): Promise<void> {
    const { redis } = this.#parts;
    if (redis === null) return;
    const window = this.#window;
    const key = `huren:unknown:${window}:${nameOf(client)}`;
    const unknown = await redis.hincrby(key, province, 1).catch(() => null);
    void redis.pexpire(key, 2 * WINDOW_MS).catch(() => null);
    const counts = own.get(province);
    if (unknown === null || counts === undefined || window !== this.#window || unknown <= counts.unknown) return;
    // What others were asked and knew is not shared: a client that guesses does so everywhere.
    const more = unknown - counts.unknown;
    this.#count(client, own, province, { asked: more, unknown: more });
    this.#hold(client, own);
  }

  /** Every ten minutes all that was counted is forgotten, and who was slowed is free. */
  #turn(nowMs: number): void {
    const window = Math.floor(nowMs / WINDOW_MS);
    if (window !== this.#window) {
      this.#window = window;
      this.#clients.clear();
      this.#usual.clear();
      this.#slowed.clear();
    }
    for (const [client, untilMs] of this.#stopped) if (untilMs <= nowMs) this.#stopped.delete(client);
  }

  #refusal(holding: Holding, waitMs: number): ProblemError {
    this.#parts.onRefused(holding);
    const retryAfterS = String(Math.max(1, Math.ceil(waitMs / 1000)));
    return new ProblemError('unknown_codes_excessive', holding, { 'retry-after': retryAfterS });
  }
}

/** Of the codes that a client asked a province about, the share that it did not know. */
function shareOf({ asked, unknown }: Readonly<Counts>): number {
  return unknown / asked;
}

/** Redis need not know which venues there are. */
function nameOf(client: string): string {
  return createHash('sha256').update(client).digest('base64url').slice(0, 22);
}
