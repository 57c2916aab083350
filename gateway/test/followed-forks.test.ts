import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { decodeBundle, encodeBundle } from '../log/tiles.ts';
import { documentOf } from '../registry/fold-state.ts';
import { makeLogKey, signerWith } from '../registry/registry.fixture.ts';
import {
  caughtUp,
  files,
  following,
  nowS,
  otherHistory,
  PINNED,
  quarrel,
  SIGNER,
  site,
  sizeOf,
  WAIT,
  world,
} from './followed-registry.fixture.ts';
import { serveStore, startFollower } from './registry-site.fixture.ts';

describe('a log whose key signs a second history', () => {
  test.each([
    ['shorter', -3],
    ['of the same size', 0],
    ['longer', 5],
  ])('is followed where that one is %s', async (_which, difference) => {
    const { writer, follows, folder, known, port } = await following();
    const before = documentOf(follows.registry.folded());
    const ours = readFileSync(join(folder, 'last-checkpoint.txt'), 'utf8');
    await writer.stop();
    const size = known + difference;
    const other = await site({ log: await otherHistory(size), port });
    const theirs = (await other.store.loadCheckpoint('signed')) ?? '';
    await vi.waitFor(() => expect(follows.registry.fault).toMatchObject({ code: 'registry_forked' }), WAIT);
    expect(follows.faults.map(({ code }) => code)).toEqual(['registry_forked']);
    expect(documentOf(follows.registry.folded())).toEqual(before);
    expect((await follows.mirror.head()).size).toBe(known);
    expect(readFileSync(join(folder, 'last-checkpoint.txt'), 'utf8')).toBe(ours);
    const evidence = join(folder, `fork-${size}.txt`);
    const text = readFileSync(evidence, 'utf8');
    expect([text.includes(ours), text.includes(theirs), statSync(evidence).mode & 0o077]).toEqual([true, true, 0]);
  });

  test('is followed by a process that starts after that, or the evidence is overwritten', async () => {
    const { writer, follows, folder, known, port } = await following();
    await writer.stop();
    await follows.close();
    await site({ log: await otherHistory(known + 2), port });
    for (const _start of ['first', 'second']) {
      const again = await startFollower({ folder, url: `http://127.0.0.1:${port}`, genesis: PINNED, nowS });
      await vi.waitFor(() => expect(again.registry.fault).toMatchObject({ code: 'registry_forked' }), WAIT);
      expect(sizeOf(again)).toBe(known);
      await again.close();
    }
    expect(files(folder, 'fork-')).toEqual([`fork-${known + 2}.txt`]);
  });
});

describe('a checkpoint that no key of the log signed', () => {
  test('is followed, or is a fork, or the log is not followed again afterwards', async () => {
    const { writer, follows, folder, known } = await following({ waitS: 0 });
    const stranger = signerWith(makeLogKey());
    writer.alter = (path, body) =>
      path.includes('/checkpoint') ? Buffer.from(stranger.sign(parseCheckpoint(body.toString()))) : null;
    await quarrel(writer, 2);
    await vi.waitFor(() => expect(follows.registry.fault).toMatchObject({ code: 'registry_foreign' }), WAIT);
    expect([sizeOf(follows), (await follows.mirror.head()).size, files(folder, 'fork-')]).toEqual([known, known, []]);
    writer.alter = null;
    await caughtUp(follows, writer);
    await vi.waitFor(() => expect(follows.registry.fault).toBeNull(), WAIT);
    expect(follows.faults.map(({ code }) => code)).toEqual(['registry_foreign']);
  });

  test('that is shorter is taken for a fork', async () => {
    const { writer, follows, folder } = await following({ waitS: 0 });
    const stranger = signerWith(makeLogKey());
    writer.alter = (path) =>
      path.includes('/checkpoint') ? Buffer.from(stranger.sign({ size: 2, root: new Uint8Array(32) })) : null;
    await vi.waitFor(() => expect(follows.registry.fault).toMatchObject({ code: 'registry_foreign' }), WAIT);
    expect(files(folder, 'fork-')).toEqual([]);
  });

  test.each(['nonsense', ''])('but is %j ends the follower', async (text) => {
    const { writer, follows } = await following({ waitS: 0 });
    writer.alter = (path) => (path.includes('/checkpoint') ? Buffer.from(text) : null);
    await vi.waitFor(() => expect(follows.registry.fault).toMatchObject({ code: 'registry_foreign' }), WAIT);
    writer.alter = null;
    await vi.waitFor(() => expect(follows.registry.fault).toBeNull(), WAIT);
  });
});

describe('entries that are not those of the checkpoint', () => {
  const isBundle = (path: string) => path.includes('/tile/entries/');
  const changed = (body: Buffer) => {
    const entries = decodeBundle(body);
    const last = entries.at(-1) ?? new Uint8Array();
    last[last.length - 1] = (last.at(-1) ?? 0) === 65 ? 66 : 65;
    return Buffer.from(encodeBundle(entries));
  };
  test.each([
    ['one byte is another', changed],
    ['one is left out', (body: Buffer) => Buffer.from(encodeBundle(decodeBundle(body).slice(0, -1)))],
    [
      'the last two are swapped',
      (body: Buffer) => {
        const entries = decodeBundle(body);
        return Buffer.from(encodeBundle([...entries.slice(0, -2), ...entries.slice(-2).reverse()]));
      },
    ],
    ['the bundle is cut', (body: Buffer) => body.subarray(0, body.length - 7)],
  ])('take effect (%s), or are a fork, or are not fetched again', async (_how, damage) => {
    const { writer, follows, folder, known } = await following();
    writer.alter = (path, body) => (isBundle(path) ? damage(body) : null);
    await quarrel(writer, 3);
    await vi.waitFor(() => expect(follows.registry.fault).toMatchObject({ code: 'tiles_damaged' }), WAIT);
    expect([sizeOf(follows), (await follows.mirror.head()).size, files(folder, 'fork-')]).toEqual([known, known, []]);
    writer.alter = null;
    await caughtUp(follows, writer);
    await vi.waitFor(() => expect(follows.registry.fault).toBeNull(), WAIT);
  });

  test('that no registry would have accepted are followed because the log’s key signed them', async () => {
    const { writer, follows, known, port } = await following();
    await writer.stop();
    // Whoever has the log's key and no other one.
    const store = openSqliteStore(join(writer.folder, 'log.sqlite'));
    await store.append([Buffer.from(world.log[3] ?? '')]);
    await store.saveCheckpoint('signed', SIGNER.sign(await store.head()), await store.loadCheckpoint('signed'));
    const rogue = await serveStore(store, port);
    onTestFinished(() => rogue.stop());
    await vi.waitFor(() => expect(follows.registry.fault).toMatchObject({ code: 'registry_corrupt' }), WAIT);
    expect(follows.registry.fault?.message).toMatch(new RegExp(`entry ${known} .*sequence_replayed`));
    expect(sizeOf(follows)).toBe(known);
  });
});
