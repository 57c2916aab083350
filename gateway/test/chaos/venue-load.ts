import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { verificationReplySchema } from '../../../schemas/verification.ts';
import { openVenueClient } from '../venue-client.ts';
import { violationsOf, type Withdrawals } from './invariants.ts';
import type { ChaosRecord } from './records.ts';

/** What became of the scans that began while one thing was (or nothing was) going wrong. */
export interface Tally {
  scans: number;
  passed: number;
  restricted: number;
  referred: number;
  stale: number;
  /** By problem code, or `http-502` and the like where something before the gateway answered, or `no-answer`. */
  readonly failures: Map<string, number>;
  readonly tookMs: number[];
}

export interface Violation {
  readonly during: string;
  readonly what: string;
  readonly province: string;
}

/** Records that some venues keep to, and what is put behind the name that their scans are counted under. */
export interface Only {
  readonly records: readonly ChaosRecord[];
  readonly suffix: string;
}

export interface VenueLoad {
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly violations: readonly Violation[];
  /** Scans from now on are counted under that name. */
  readonly enter: (during: string) => void;
  /** `width` venues scan until `stop`, each pausing `pauseMs` between two scans; `only` some, counted apart. */
  readonly widen: (width: number, pauseMs: number, only?: Only) => () => Promise<void>;
  /** One scan begins every `everyMs`, however many are still waiting for their answer. */
  readonly pour: (everyMs: number, only: Only) => () => Promise<void>;
  readonly close: () => Promise<void>;
}

const PURPOSE = 'medical_visit';
const RENEW_TOKEN_MS = 4 * 60_000;

/** Venues that scan records at random and look hard at every answer. */
export async function openVenueLoad(
  url: string,
  records: readonly ChaosRecord[],
  random: () => number,
  withdrawals: Withdrawals,
): Promise<VenueLoad> {
  const pool = new Pool(url, { connections: 512, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 30_000 });
  const tallies = new Map<string, Tally>();
  const violations: Violation[] = [];
  let during = 'start';
  let { token } = await openVenueClient(url);
  const renewal = setInterval(() => {
    openVenueClient(url).then((client) => {
      token = client.token;
    }, ignore);
  }, RENEW_TOKEN_MS);

  async function scanOne({ records: some, suffix }: Only): Promise<void> {
    const record = some[Math.floor(random() * some.length)];
    if (record !== undefined) await scan(record, suffix);
  }

  async function scan(record: ChaosRecord, suffix: string): Promise<void> {
    const name = `${during}${suffix}`;
    const tally = tallies.get(name) ?? newTally();
    tallies.set(name, tally);
    tally.scans += 1;
    const startedMs = Date.now();
    const started = performance.now();
    try {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/v1/verifications',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ code: record.code, purpose: PURPOSE }),
      });
      const text = await body.text();
      tally.tookMs.push(performance.now() - started);
      if (statusCode !== 200) {
        const failure = failureName(statusCode, text);
        fail(tally, failure);
        // Nothing that the lab does is a reason for a fault of ours.
        if (statusCode === 500)
          violations.push({ during: name, what: `a ${failure} error`, province: record.province });
        return;
      }
      const reply = verificationReplySchema.parse(JSON.parse(text));
      tally.passed += reply.decision === 'pass' ? 1 : 0;
      tally.restricted += reply.decision === 'restrict' ? 1 : 0;
      tally.referred += reply.decision === 'refer' ? 1 : 0;
      tally.stale += reply.stale ? 1 : 0;
      const broken = violationsOf(record, reply, { startedMs, endedMs: Date.now() }, withdrawals);
      violations.push(...broken.map((what) => ({ during: name, what, province: record.province })));
    } catch {
      fail(tally, 'no-answer');
    }
  }

  return {
    tallies,
    violations,
    enter: (name) => {
      during = name;
    },
    widen: (width, pauseMs, only = { records, suffix: '' }) => {
      let stopped = false;
      const venues = Array.from({ length: width }, async () => {
        while (!stopped) {
          await scanOne(only);
          if (pauseMs > 0) await delay(pauseMs);
        }
      });
      return async () => {
        stopped = true;
        await Promise.all(venues);
      };
    },
    pour: (everyMs, only) => {
      const begun = new Set<Promise<void>>();
      const timer = setInterval(() => {
        const one = scanOne(only).finally(() => begun.delete(one));
        begun.add(one);
      }, everyMs);
      return async () => {
        clearInterval(timer);
        await Promise.all(begun);
      };
    },
    close: async () => {
      clearInterval(renewal);
      await pool.destroy();
    },
  };
}

function newTally(): Tally {
  return { scans: 0, passed: 0, restricted: 0, referred: 0, stale: 0, failures: new Map(), tookMs: [] };
}

function fail({ failures }: Tally, name: string): void {
  failures.set(name, (failures.get(name) ?? 0) + 1);
}

function failureName(status: number, text: string): string {
  const code = /"code":"([a-z_]+)"/.exec(text)?.[1];
  return code ?? `http-${status}`;
}

function ignore(): void {}
