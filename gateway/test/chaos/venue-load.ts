import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { openVenueClient } from '../venue-client.ts';
import { type Answer, answersOf } from './answers.ts';
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
  /** So many scans begin every second, however many are still waiting for their answer. */
  readonly pour: (perSecond: number, only?: Only) => () => Promise<void>;
  /** The same in batches, counted apart. */
  readonly pourBatches: (perSecond: number, suffix: string) => () => Promise<void>;
  readonly close: () => Promise<void>;
}

const BATCH = 100;
const PURPOSE = 'medical_visit';
const MOST_CONNECTIONS = 4_096;
const POUR_EVERY_MS = 10;
/** A venue that got no answer by then tells the person to come back. */
const GIVES_UP_AFTER_MS = 10_000;
const RENEW_TOKEN_MS = 4 * 60_000;

/** Venues that scan records at random and look hard at every answer. */
export async function openVenueLoad(
  url: string,
  records: readonly ChaosRecord[],
  random: () => number,
  withdrawals: Withdrawals,
): Promise<VenueLoad> {
  const pool = new Pool(url, { connections: MOST_CONNECTIONS });
  const tallies = new Map<string, Tally>();
  const violations: Violation[] = [];
  let during = 'start';
  let { token } = await openVenueClient(url);
  const renewal = setInterval(() => {
    openVenueClient(url).then((client) => {
      token = client.token;
    }, ignore);
  }, RENEW_TOKEN_MS);

  const oneOf = (some: readonly ChaosRecord[]) => some[Math.floor(random() * some.length)];

  async function scanOne({ records: some, suffix }: Only): Promise<void> {
    const record = oneOf(some);
    if (record !== undefined) await ask('/v1/verifications', [record], suffix);
  }

  async function scanBatch(suffix: string): Promise<void> {
    const some = Array.from({ length: BATCH }, () => oneOf(records)).filter((record) => record !== undefined);
    await ask('/v1/verifications/batch', some, suffix);
  }

  /** Asks about one or, as a batch, about many, and looks hard at every answer. */
  async function ask(path: string, some: readonly ChaosRecord[], suffix: string): Promise<void> {
    const name = `${during}${suffix}`;
    const tally = tallies.get(name) ?? newTally();
    tallies.set(name, tally);
    tally.scans += some.length;
    const startedMs = Date.now();
    const started = performance.now();
    const items = some.map(({ code }) => ({ code, purpose: PURPOSE }));
    try {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(path.endsWith('batch') ? { items } : items[0]),
        signal: AbortSignal.timeout(GIVES_UP_AFTER_MS),
      });
      const text = await body.text();
      tally.tookMs.push(performance.now() - started);
      const answers = answersOf(statusCode, text, some.length);
      for (const [at, answer] of answers.entries()) {
        const record = some[at];
        if (record !== undefined) judge(name, tally, record, answer, startedMs);
      }
    } catch {
      fail(tally, 'no-answer', some.length);
    }
  }

  function judge(name: string, tally: Tally, record: ChaosRecord, answer: Answer, startedMs: number): void {
    const broke = (what: string) => violations.push({ during: name, what, province: record.province });
    if ('problem' in answer) {
      fail(tally, answer.problem);
      // Nothing that the lab does is a reason for a fault of ours.
      if (answer.problem === 'internal') broke('an internal error');
      return;
    }
    const { decision, stale, reply } = answer;
    tally.passed += decision === 'pass' ? 1 : 0;
    tally.restricted += decision === 'restrict' ? 1 : 0;
    tally.referred += decision === 'refer' ? 1 : 0;
    tally.stale += stale ? 1 : 0;
    if (decision === 'pass' && record.status !== 'green') broke('a pass for a record that is not green');
    if (reply === null) return;
    for (const what of violationsOf(record, reply, { startedMs, endedMs: Date.now() }, withdrawals)) broke(what);
  }

  /** Calls `begin` so many times a second, however many are still under way. */
  function pour(perSecond: number, begin: () => Promise<void>): () => Promise<void> {
    const begun = new Set<Promise<void>>();
    const startedMs = performance.now();
    let count = 0;
    const timer = setInterval(() => {
      for (const due = ((performance.now() - startedMs) / 1000) * perSecond; count < due; count += 1) {
        const one = begin().finally(() => begun.delete(one));
        begun.add(one);
      }
    }, POUR_EVERY_MS);
    return async () => {
      clearInterval(timer);
      await Promise.all(begun);
    };
  }

  const everything = { records, suffix: '' };
  return {
    tallies,
    violations,
    enter: (name) => {
      during = name;
    },
    widen: (width, pauseMs, only = everything) => {
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
    pour: (perSecond, only = everything) => pour(perSecond, () => scanOne(only)),
    pourBatches: (perSecond, suffix) => pour(perSecond / BATCH, () => scanBatch(suffix)),
    close: async () => {
      clearInterval(renewal);
      await pool.destroy();
    },
  };
}

function newTally(): Tally {
  return { scans: 0, passed: 0, restricted: 0, referred: 0, stale: 0, failures: new Map(), tookMs: [] };
}

function fail({ failures }: Tally, name: string, scans = 1): void {
  failures.set(name, (failures.get(name) ?? 0) + scans);
}

function ignore(): void {}
