import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openSqliteStore } from '../../log/store-sqlite.ts';
import {
  actors,
  enrolledWorld,
  LOG_KEY,
  makeLogKey,
  NOW_S,
  signerWith,
  TRUSTED,
  VERIFIER_KEY,
  type World,
} from '../../registry/registry.fixture.ts';
import { startSite, tempFolder } from '../../test/registry-site.fixture.ts';
import { huren } from '../huren.fixture.ts';

const { anchor, first, second } = actors;
const start = (folder: string, logSigner = signerWith(LOG_KEY)) =>
  startSite({ folder, logSigner, genesis: TRUSTED, nowS: () => NOW_S });
let world: World;
beforeAll(async () => {
  world = await enrolledWorld();
});

/** A data directory whose registry has the seven entries of the world, and was stopped. */
async function stoppedRegistry(): Promise<string> {
  const folder = tempFolder(onTestFinished);
  const site = await start(folder);
  await site.registry.commit(async (draft) => {
    for (const jws of world.log) await draft.add(jws);
  });
  await site.stop();
  return folder;
}

async function putBack(folder: string, log: readonly string[]): Promise<void> {
  for (const name of readdirSync(folder).filter((each) => each.startsWith('log.sqlite'))) rmSync(join(folder, name));
  const store = openSqliteStore(join(folder, 'log.sqlite'));
  await store.append(log.map((jws) => Buffer.from(jws)));
  await store.close();
}

const restore = (folder: string, ...more: string[]) =>
  huren(['registry', 'restore', '--lang', 'en', ...more], { HUREN_DATA_DIR: folder });
const asideIn = (folder: string) => readdirSync(folder).filter((name) => /^last-checkpoint\.\d/.test(name));

describe('a log that has all that was signed', () => {
  test('is taken for a loss, or its checkpoint is moved away', async () => {
    const folder = await stoppedRegistry();
    const ran = await restore(folder, '--accept-loss');
    expect([ran.exit, ran.stderr, asideIn(folder)]).toEqual([0, '', []]);
    expect(ran.stdout).toContain('nothing is to be done');
  });
});

describe('a log that was put back', () => {
  test.each([
    ['shorter', 'log_shorter'],
    ['other', 'log_other'],
  ] as const)('and is %s is accepted without a word, or never', async (which, state) => {
    const folder = await stoppedRegistry();
    const fork = world.fork();
    fork.log.pop();
    await putBack(folder, which === 'shorter' ? world.log.slice(0, 4) : [...fork.log, 'another entry', 'and one']);
    const shown = await restore(folder, '--json');
    expect([shown.exit, asideIn(folder)]).toEqual([1, []]);
    expect(shown.stderr).toMatch(/^huren: loss_not_accepted: .*\n {2}next: .*--accept-loss/);
    const compared = z
      .object({ state: z.string(), kept: z.object({ size: z.int() }), store: z.object({ size: z.int() }) })
      .parse(JSON.parse(shown.stdout));
    expect([compared.state, compared.kept.size, compared.store.size]).toEqual([state, 7, which === 'shorter' ? 4 : 8]);
    if (which === 'shorter') await expect(start(folder)).rejects.toMatchObject({ code: 'log_shorter' });
    const accepted = await restore(folder, '--accept-loss');
    expect([accepted.exit, accepted.stderr, asideIn(folder).length]).toEqual([0, '', 1]);
    expect(accepted.stdout).toContain('registry_forked');
  });

  test('cannot be written on once its loss was accepted', async () => {
    const folder = await stoppedRegistry();
    await putBack(folder, world.log.slice(0, 4));
    await restore(folder, '--accept-loss');
    const site = await start(folder);
    onTestFinished(() => site.stop());
    expect(site.registry.folded().size).toBe(4);
    await site.registry.commit((draft) =>
      draft.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk }),
    );
  });
});

test('a registry that kept no checkpoint is compared with nothing', async () => {
  const ran = await restore(tempFolder(onTestFinished));
  expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('file_unreadable') });
});

test('a log whose key was replaced since the anchor file was written is not believed', async () => {
  const next = makeLogKey();
  const folder = await stoppedRegistry();
  const anchorFile = join(folder, 'anchor-file.json');
  const pin = { entity_id: anchor.entityId, jwks: { keys: [anchor.publicJwk] } };
  writeFileSync(anchorFile, JSON.stringify({ ...pin, registry: { ...pin, log_keys: [VERIFIER_KEY] } }));
  const both = await start(folder, signerWith(LOG_KEY, next));
  await both.registry.commit((draft) => draft.sign(anchor, 'log_key_added', { verifier_key: next.verifierKey }));
  await both.registry.commit((draft) => draft.sign(anchor, 'log_key_retired', { verifier_key: VERIFIER_KEY }));
  const run = (...argv: string[]) =>
    huren([...argv, '--anchor', anchorFile, '--json'], { HUREN_URL: both.url, HUREN_DATA_DIR: folder });
  const shown = await run('log', 'checkpoint');
  expect([shown.exit, shown.stderr]).toEqual([0, '']);
  both.alter = (path, body) => {
    const stranger = signerWith(makeLogKey());
    return path.includes('/checkpoint') ? Buffer.from(stranger.sign({ size: 9, root: body.subarray(0, 32) })) : null;
  };
  expect(await run('log', 'checkpoint')).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('checkpoint_refused'),
  });
  await both.stop();
  const verified = await run('log', 'verify');
  expect([verified.exit, verified.stderr]).toEqual([0, '']);
});
