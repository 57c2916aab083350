import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteCoverage } from '../coverage/store-sqlite.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { KEPT_PASSES } from '../passes/pass-tables.ts';
import { openSqlitePasses } from '../passes/store-sqlite.ts';
import type { FetchBytes } from '../registry/http-log-source.ts';
import { actors, enrolledWorld, type World } from '../registry/registry.fixture.ts';
import { readKeptFile } from '../stores/kept-store.ts';
import { startPostgres, type TestPostgres } from '../test/postgres.ts';
import { plainFetch, showLog, tempFolder } from '../test/registry-site.fixture.ts';
import { judgeSightings } from './confirm-log.ts';
import { BASIS, backedUp, contentOf, fillNode, openNode, PASSPHRASE, placesIn, restored } from './recovery.fixture.ts';

type Filled = Awaited<ReturnType<typeof fillNode>>;

const LEAVE = { unconfirmed: true, moved: true } as const;
let postgres: TestPostgres;
let world: World;
let home: string;
/** A running node on files, and a backup of it. */
let node: Filled;
let archive: string;

beforeAll(async () => {
  [postgres, world] = await Promise.all([startPostgres(), enrolledWorld()]);
  home = tempFolder(afterAll);
  mkdirSync(join(home, 'node'));
  node = await fillNode(placesIn(join(home, 'node')), world.log);
  archive = join(home, 'a.backup');
  await backedUp(placesIn(join(home, 'node')), archive);
});
afterAll(async () => {
  await node.close();
  await postgres.stop();
});

/** How many passes a list says that it has. */
function takenOn(dataDir: string, list: string): number {
  const db = new DatabaseSync(join(dataDir, 'passes.sqlite'), { readOnly: true });
  const row = db.prepare('SELECT taken FROM list WHERE id = ?').get(list);
  db.close();
  return Number(row?.['taken']);
}

/** Somebody else's content of one store. */
async function fillOther(dataDir: string, part: 'log' | 'coverage' | 'passes'): Promise<void> {
  if (part === 'log') {
    const log = openSqliteStore(join(dataDir, 'log.sqlite'));
    await log.append([Buffer.from('another log')]);
    return await log.close();
  }
  if (part === 'passes') {
    const passes = await openSqlitePasses(join(dataDir, 'passes.sqlite'));
    await passes.take(2_000_000_000, BASIS, 'a');
    return await passes.close();
  }
  const coverage = await openSqliteCoverage(join(dataDir, 'coverage.sqlite'), { withholdBelow: 1 });
  await coverage.noteFault('https://node.example', 'fork');
  await coverage.close();
}

const fresh = () => join(tempFolder(onTestFinished), 'elsewhere');
const database = async (kind: 'files' | 'PostgreSQL') => (kind === 'files' ? null : await postgres.createDatabase());

describe('a node that moves', () => {
  test.each([
    ['files', 'files'],
    ['files', 'PostgreSQL'],
    ['PostgreSQL', 'files'],
    ['PostgreSQL', 'PostgreSQL'],
  ] as const)('from %s to %s has other content, or keys that others may read', async (from, to) => {
    const source = placesIn(fresh(), await database(from));
    mkdirSync(source.dataDir);
    const running = await fillNode(source, world.log);
    const file = `${source.dataDir}.backup`;
    await backedUp(source, file);
    await running.close();
    const target = placesIn(fresh(), await database(to));
    await restored(target, file, LEAVE);
    const content = await contentOf(target);
    expect(content).toEqual(await contentOf(source));
    expect([content.size, content.reports.length, content.states[0]?.withdrawn]).toEqual([
      world.log.length,
      1,
      [running.withdrawn.idx],
    ]);
    const ring = 'keys/gateway/attestation.json';
    expect(readFileSync(join(target.dataDir, ring))).toEqual(readFileSync(join(source.dataDir, ring)));
    expect(statSync(join(target.dataDir, ring)).mode & 0o777).toBe(0o600);
    expect(readdirSync(target.dataDir).filter((name) => name.startsWith('restoring'))).toEqual([]);
  });

  test('cannot go on: its next pass takes an index that is taken, or fails', async () => {
    const target = placesIn(fresh(), await database('PostgreSQL'));
    await restored(target, archive, LEAVE);
    const moved = await openNode(target);
    const next = await moved.passes.take(2_000_000_000, { ...BASIS, mandate: 'another' }, 'c');
    expect(next.list).toBe(node.kept.list);
    await moved.close();
  });

  test('that runs meanwhile is caught in the middle of a change', async () => {
    const busy = placesIn(fresh());
    mkdirSync(busy.dataDir);
    const running = await fillNode(busy, world.log);
    const seen = new Map<string, number>();
    readKeptFile(join(busy.dataDir, 'passes.sqlite'), KEPT_PASSES, ({ name }) => {
      // Between the first table and the rest somebody gets a pass.
      if (seen.size === 0) void running.passes.take(2_000_000_000, BASIS, 'x');
      seen.set(name, (seen.get(name) ?? 0) + 1);
    });
    expect([seen.get('taken'), takenOn(busy.dataDir, running.kept.list)]).toEqual([2, 3]);
    await running.close();
  });
});

describe('a node that was lost', () => {
  test('gives passes and reports that its backup cannot know the end of', async () => {
    const target = placesIn(fresh());
    const { left_out } = await restored(target, archive, { unconfirmed: true });
    const content = await contentOf(target);
    expect([content.lists, content.reports, content.shown.length > 0]).toEqual([[], [], true]);
    expect(left_out).toEqual(expect.arrayContaining(['passes.taken', 'coverage.report']));
  });
});

describe('what is there', () => {
  test.each(['log', 'coverage', 'passes', 'keys'] as const)('is written over: %s', async (part) => {
    const target = placesIn(fresh());
    const parts = [part] as const;
    mkdirSync(join(target.dataDir, 'keys/gateway'), { recursive: true });
    if (part === 'keys') writeFileSync(join(target.dataDir, 'keys/gateway/attestation.json'), 'mine', { mode: 0o600 });
    else await fillOther(target.dataDir, part);
    copyFileSync(join(home, 'node/anchor.json'), join(target.dataDir, 'anchor.json'));
    const before = readdirSync(target.dataDir, { recursive: true }).sort();
    await expect(restored(target, archive, { ...LEAVE, parts })).rejects.toMatchObject({ code: 'data_present' });
    const after = readdirSync(target.dataDir, { recursive: true }).sort();
    expect(after.filter((name) => !/-(wal|shm)$|\.lock/.test(String(name)))).toEqual(
      before.filter((name) => !/-(wal|shm)$|\.lock/.test(String(name))),
    );
  });

  test('of a log that was put back by half is refused, or doubled', async () => {
    const target = placesIn(fresh());
    mkdirSync(target.dataDir);
    const half = openSqliteStore(join(target.dataDir, 'log.sqlite'));
    await half.append(world.log.slice(0, 3).map((jws) => Buffer.from(jws)));
    await half.close();
    await restored(target, archive, LEAVE);
    expect((await contentOf(target)).size).toBe(world.log.length);
  });

  test('is changed by a backup that is damaged, or only looked at', async () => {
    const target = placesIn(fresh());
    const bytes = readFileSync(archive);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const damaged = join(home, 'damaged');
    writeFileSync(damaged, bytes);
    await expect(restored(target, damaged, LEAVE)).rejects.toMatchObject({ code: 'archive_damaged' });
    expect(readdirSync(target.dataDir)).toEqual([]);
    const other = placesIn(fresh());
    const looked = await restored(other, archive, { ...LEAVE, checkOnly: true });
    expect([looked.log?.size, existsSync(other.dataDir)]).toEqual([world.log.length, false]);
    await expect(restored(other, archive, { ...LEAVE, passphrase: `${PASSPHRASE}!` })).rejects.toMatchObject({
      code: 'passphrase_wrong',
    });
  });
});

describe('a log that others follow', () => {
  /** Everybody whom the log names answers with the log of a running node. */
  const following = async ({ registry, store }: Filled = node): Promise<FetchBytes> => {
    const shown = await showLog(registry, store);
    onTestFinished(shown.stop);
    return { get: (url, limits) => plainFetch.get(url.replace(new URL(url).origin, shown.url), limits) };
  };

  test('is put back although nobody could be asked, or not although somebody agrees', async () => {
    await expect(restored(placesIn(fresh()), archive)).rejects.toMatchObject({ code: 'log_unconfirmed' });
    const { sightings } = await restored(placesIn(fresh()), archive, { fetchBytes: await following() });
    expect(sightings).toEqual([{ by: new URL(actors.anchor.entityId).origin, outcome: 'consistent', size: 7 }]);
  });

  test('is put back older than they, a witness or this node have seen it', async () => {
    const source = placesIn(fresh());
    mkdirSync(source.dataDir);
    const running = await fillNode(source, world.log);
    onTestFinished(() => running.close());
    const older = `${source.dataDir}.backup`;
    await backedUp(source, older);
    const newer = await running.registry.commit((draft) =>
      draft.sign(actors.first, 'key_announced', { use: 'federation', jwk: actors.third.publicJwk }),
    );
    const seen = { code: 'log_older' };
    const fetchBytes = await following(running);
    await expect(restored(placesIn(fresh()), older, { fetchBytes })).rejects.toMatchObject(seen);
    const elsewhere = [{ by: 'witness.txt', note: newer?.checkpoint ?? '' }];
    await expect(restored(placesIn(fresh()), older, { ...LEAVE, elsewhere })).rejects.toMatchObject(seen);
    const target = placesIn(fresh());
    mkdirSync(target.dataDir);
    copyFileSync(join(source.dataDir, 'last-checkpoint.txt'), join(target.dataDir, 'last-checkpoint.txt'));
    await expect(restored(target, older, LEAVE)).rejects.toMatchObject(seen);
    expect(existsSync(join(target.dataDir, 'keys'))).toBe(false);
    const { set_aside } = await restored(target, older, { ...LEAVE, acceptLoss: true });
    expect(set_aside).toContain('last-checkpoint.8-');
    expect((await contentOf(target)).size).toBe(world.log.length);
  });

  test('is confirmed by a checkpoint that it cannot judge', () => {
    const by = 'somebody';
    const consistent = { by, outcome: 'consistent', size: 7 } as const;
    expect(judgeSightings([consistent, { by, outcome: 'foreign', size: null }])).toBe('log_unconfirmed');
    expect(judgeSightings([consistent, { by, outcome: 'unreachable', size: null }])).toBe('confirmed');
    expect(judgeSightings([consistent, { by, outcome: 'other', size: 7 }])).toBe('log_older');
  });
});
