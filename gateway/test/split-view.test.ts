import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { huren } from '../cli/huren.fixture.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { keepEvidence, readEvidence } from '../registry/fork-evidence.ts';
import { httpLogSource } from '../registry/http-log-source.ts';
import { LogComparisons, MOST_A_ROUND } from '../registry/log-comparisons.ts';
import type { LogSource } from '../registry/log-source.ts';
import {
  activeWorld,
  actors,
  LOG_KEY,
  makeLogKey,
  NOW_S,
  signerWith,
  TRUSTED,
  VERIFIER_KEY,
  World,
  withNewKey,
} from '../registry/registry.fixture.ts';
import { PATIENCE_MS } from './patience.ts';
import {
  plainFetch,
  showLog,
  startFollower,
  startSite,
  type TestFollower,
  tempFolder,
} from './registry-site.fixture.ts';

const PINNED = { ...TRUSTED, logKeys: [VERIFIER_KEY] };
const SIGNER = signerWith(LOG_KEY);
const nowS = () => NOW_S;
const WAIT = { timeout: PATIENCE_MS, interval: 10 };
const EVERY_MS = 40;

let world: World;
beforeAll(async () => {
  world = await activeWorld();
});

/** A registry that shows this history, a node that follows it, and the same log as that node shows it. */
async function party(log: readonly string[]) {
  const site = await startSite({ folder: tempFolder(onTestFinished), logSigner: SIGNER, genesis: TRUSTED, nowS });
  onTestFinished(() => site.stop());
  await site.registry.commit(async (draft) => {
    for (const jws of log) await draft.add(jws);
  });
  const folder = tempFolder(onTestFinished);
  const follows = await startFollower({ folder, url: site.url, genesis: PINNED, nowS });
  onTestFinished(() => follows.close());
  await vi.waitFor(() => expect(follows.registry.folded().size).toBe(log.length), WAIT);
  const shown = await showLog(follows.registry, follows.mirror);
  onTestFinished(() => shown.stop());
  return { site, follows, folder, shown };
}

/** The known history with `cut` entries less, and `more` others in their place. */
async function history(cut: number, more: number): Promise<readonly string[]> {
  const other = new World();
  for (const jws of world.log.slice(0, world.log.length - cut)) await other.take(jws);
  for (let added = 0; added < more; added += 1) {
    const jwk = (await withNewKey(actors.second)).publicJwk;
    await other.do(actors.second, 'key_announced', { use: 'federation', jwk });
  }
  return other.log;
}

const sourceOf = (url: string): LogSource => httpLogSource({ baseUrl: url, fetchBytes: plainFetch, waitS: 0 });

/** A follower that compares its log with the one shown at these addresses, round after round. */
function comparing({ registry }: TestFollower, peers: readonly string[]) {
  const outcomes: string[] = [];
  const comparisons = new LogComparisons({
    peers: () => peers,
    sourceOf,
    compare: (source, withinMs) => registry.compareWith(source, withinMs),
    onOutcome: (outcome) => outcomes.push(outcome),
    everyMs: EVERY_MS,
  });
  onTestFinished(() => comparisons.close());
  return outcomes;
}

const noteIn = (folder: string) => readFileSync(join(folder, 'last-checkpoint.txt'), 'utf8');

describe('a registry that shows two histories', () => {
  test.each([
    ['of one size', 1, 1],
    ['of which one is longer', 1, 6],
    ['of which one is longer by far and older', 4, 300],
  ])('%s is believed by one of those who follow it, or without both checkpoints', async (_which, cut, more) => {
    const one = await party(world.log);
    const other = await party(await history(cut, more));
    comparing(one.follows, [other.shown.url]);
    comparing(other.follows, [one.shown.url]);
    for (const [side, opposite] of [
      [one, other],
      [other, one],
    ] as const) {
      await vi.waitFor(() => expect(side.follows.registry.fault).toMatchObject({ code: 'registry_forked' }), WAIT);
      const [kept, ...more] = readEvidence(side.folder);
      const [ours, theirs] = [noteIn(side.folder), noteIn(opposite.folder)];
      expect([kept?.evidence, more]).toEqual([{ ours, theirs, shownBy: `${opposite.shown.url}/v1/log` }, []]);
      expect(statSync(join(side.folder, kept?.file ?? '')).mode & 0o077).toBe(0);
      expect(side.follows.faults.map(({ code }) => code)).toEqual(['registry_forked']);
    }
  });

  test('is followed further once somebody has shown the other one, or each who shows it is evidence of its own', async () => {
    const one = await party(world.log);
    const elsewhere = await history(1, 1);
    const others = [await party(elsewhere), await party(elsewhere)];
    comparing(
      one.follows,
      others.map(({ shown }) => shown.url),
    );
    await vi.waitFor(() => expect(one.follows.faults).toHaveLength(1), WAIT);
    const { size } = one.follows.registry.folded();
    const held = one.site.waits.waiting;
    await one.site.registry.commit(async (draft) => {
      await draft.sign(actors.first, 'adapter_suspended', { province: '410000', reason: 'misuse' });
    });
    await vi.waitFor(() => expect(one.site.waits.waiting).toBeLessThan(Math.max(1, held)), WAIT);
    await vi.waitFor(() => expect(one.site.asked.at(-1)).toContain('checkpoint'), WAIT);
    expect([one.follows.registry.folded().size, (await one.follows.mirror.head()).size]).toEqual([size, size]);
    expect(readdirSync(one.folder).filter((name) => name.startsWith('fork-'))).toHaveLength(1);
  });
});

test('evidence is not shown with who signed it, or is shown where there is none', async () => {
  const one = await party(world.log);
  const other = await party(await history(1, 1));
  const { entityId, publicJwk } = actors.anchor;
  const registry = { entity_id: entityId, jwks: { keys: [publicJwk] }, log_keys: [VERIFIER_KEY] };
  writeFileSync(
    join(one.folder, 'anchor.json'),
    JSON.stringify({ entity_id: entityId, jwks: { keys: [publicJwk] }, registry }),
  );
  const shown = () => huren(['log', 'evidence', '--json', '--lang', 'en'], { HUREN_DATA_DIR: one.folder });
  expect(await shown()).toMatchObject({ exit: 0, stderr: '' });
  comparing(one.follows, [other.shown.url]);
  await vi.waitFor(() => expect(one.follows.faults).toHaveLength(1), WAIT);
  const { exit, stdout, stderr } = await shown();
  expect([exit, stderr]).toEqual([1, expect.stringMatching(/^huren: log_forked: forks on record: 1, of which 1 /)]);
  const size = world.log.length;
  expect(JSON.parse(stdout)).toMatchObject({
    evidence: [
      {
        file: `fork-${size}.txt`,
        shown_by: `${other.shown.url}/v1/log`,
        ours: { size, signed: true, note: noteIn(one.folder) },
        theirs: { size, signed: true, note: noteIn(other.folder) },
        contradict: true,
      },
    ],
  });
  const stranger = forged(Buffer.from(noteIn(other.folder)));
  keepEvidence(join(one.folder, 'last-checkpoint.txt'), {
    ours: noteIn(one.folder),
    theirs: String(stranger),
    shownBy: 'https://stranger.example',
  });
  expect((await shown()).stderr).toContain('forks on record: 2, of which 1 ');
});

describe('another follower', () => {
  test.each([
    ['that lags', 0, -3],
    ['that is ahead', 0, 9],
    ['that is as far', 0, 0],
  ])('%s is taken for another history', async (_which, cut, difference) => {
    const log = difference < 0 ? world.log.slice(0, difference) : await history(cut, difference);
    const one = await party(world.log);
    const other = await party(log);
    const outcomes = comparing(one.follows, [other.shown.url]);
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(2), WAIT);
    expect(new Set(outcomes)).toEqual(new Set(['consistent']));
    expect([one.follows.registry.fault, readEvidence(one.folder)]).toEqual([null, []]);
  });

  test.each([
    [
      'answers with something else',
      0,
      'foreign',
      (path: string) => (isCheckpoint(path) ? Buffer.from('<html>') : null),
    ],
    [
      'shows a checkpoint by a stranger',
      0,
      'foreign',
      (path: string, body: Buffer) => (isCheckpoint(path) ? forged(body) : null),
    ],
    [
      'is ahead and proves nothing',
      5,
      'unproven',
      (path: string) => (isCheckpoint(path) ? null : Buffer.from('{"proof":[]}')),
    ],
    ['is ahead and claims another beginning', 5, 'consistent', claiming({})],
    ['is ahead and proves another beginning badly', 5, 'unproven', claiming({ proof: [base64(9), base64(8)] })],
  ])('that %s accuses the registry', async (_what, more, outcome, alter) => {
    const one = await party(world.log);
    const other = await party(await history(0, more));
    other.shown.altering.alter = alter;
    const outcomes = comparing(one.follows, [other.shown.url]);
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(2), WAIT);
    expect(new Set(outcomes)).toEqual(new Set([outcome]));
    expect([one.follows.registry.fault, readEvidence(one.folder)]).toEqual([null, []]);
  });

  test('that is away, or answers too late, holds up the others or is a fault', async () => {
    const one = await party(world.log);
    const other = await party(world.log);
    const silent = await party(world.log);
    await silent.shown.stop();
    const outcomes = comparing(one.follows, [silent.shown.url, other.shown.url]);
    await vi.waitFor(() => expect(outcomes.filter((outcome) => outcome === 'consistent').length).toBe(3), WAIT);
    expect(new Set(outcomes)).toEqual(new Set(['consistent', 'unreachable']));
    expect(one.follows.registry.fault).toBeNull();
  });
});

test('one of many followers is never asked, or all of them at once', async () => {
  const peers = Array.from({ length: 40 }, (_, n) => `https://node-${n}.example`);
  const asked: string[] = [];
  const comparisons = new LogComparisons({
    peers: () => peers,
    sourceOf: (origin) => {
      asked.push(origin);
      return sourceOf(origin);
    },
    compare: async () => 'consistent',
    onOutcome: () => undefined,
    everyMs: 1,
  });
  await vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(3 * MOST_A_ROUND), WAIT);
  await comparisons.close();
  expect(new Set(asked.slice(0, 40)).size).toBe(40);
  expect(asked.length % MOST_A_ROUND).toBe(0);
});

const isCheckpoint = (path: string) => path.includes('/checkpoint');

function forged(body: Buffer): Buffer {
  return Buffer.from(signerWith(makeLogKey()).sign(parseCheckpoint(body.toString())));
}

/** The proof with another root to begin with, and what else is to be other. */
function claiming(changes: object) {
  return (path: string, body: Buffer) => {
    if (isCheckpoint(path)) return null;
    const shown: object = JSON.parse(body.toString());
    return Buffer.from(JSON.stringify({ ...shown, root_from: base64(7), ...changes }));
  };
}

function base64(byte: number): string {
  return Buffer.alloc(32, byte).toString('base64');
}
