import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { cosignCheckpoint } from '../log/checkpoint-signing.ts';
import { cosigner } from '../log/cosigner.fixture.ts';
import { openOwnStore } from '../log/store-postgres.fixture.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { documentOf } from '../registry/fold-state.ts';
import { LOG_KEY, makeLogKey, NOW_S, signerWith, VERIFIER_KEY } from '../registry/registry.fixture.ts';
import { witnessName } from '../registry/witnesses.ts';
import {
  anchor,
  caughtUp,
  files,
  first,
  follower,
  following,
  nowS,
  otherHistory,
  PINNED,
  quarrel,
  SIGNER,
  second,
  site,
  sizeOf,
  WAIT,
  world,
} from './followed-registry.fixture.ts';
import { freePort } from './free-port.ts';
import { findPostgres, startPostgres } from './postgres.ts';
import { startFollower, tempFolder } from './registry-site.fixture.ts';

describe('a registry that is followed', () => {
  test('tells another state than the one that is written, or only when it next asks', async () => {
    const writer = await site();
    const follows = await follower(writer.url);
    await caughtUp(follows, writer);
    expect(documentOf(follows.registry.folded())).toEqual(documentOf(writer.registry.folded()));
    // Until it waits for the next checkpoint.
    const waiting = `since=${sizeOf(writer)}`;
    await vi.waitFor(() => expect(writer.asked.at(-1)).toContain(waiting), WAIT);
    await quarrel(writer, 1);
    await vi.waitFor(() => expect(follows.registry.current().adapters.get('410000')?.stage).toBe('suspended'), WAIT);
    // The question that waited brought it.
    expect(writer.asked.filter((path) => path.includes(waiting))).toHaveLength(1);
    expect([follows.contacts, follows.faults, follows.registry.behindS()]).toEqual([['following'], [], 0]);
  });

  test('takes a new state before all of it is verified', async () => {
    const writer = await site();
    const folder = tempFolder(onTestFinished);
    const before = await startFollower({ folder, url: writer.url, genesis: PINNED, nowS });
    await caughtUp(before, writer);
    await before.close();
    const known = sizeOf(writer);
    await quarrel(writer, 1_001);
    const follows = await follower(writer.url, folder);
    const seen: number[] = [sizeOf(follows)];
    follows.registry.onChange(() => seen.push(sizeOf(follows)));
    await caughtUp(follows, writer);
    expect(seen).toEqual([known, known + 1_001]);
    expect(follows.registry.current().adapters.get('410000')?.stage).toBe('suspended');
    expect((await follows.mirror.head()).root).toEqual((await writer.store.head()).root);
  });

  test('is believed with fewer witnesses than are wanted, or not once they have cosigned', async () => {
    const writer = await site();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      x: publicKey.export({ format: 'jwk' }).x ?? '',
      kid: 'witness-1',
    } as const;
    await writer.registry.commit(async (draft) => {
      await draft.sign(second, 'key_announced', { use: 'witness', jwk });
      await draft.sign(second, 'key_activated', { use: 'witness', kid: jwk.kid });
    });
    const follows = await follower(writer.url, tempFolder(onTestFinished), { witnesses: 1 });
    await vi.waitFor(() => expect(follows.contacts).toEqual(['unreachable']), WAIT);
    expect([sizeOf(follows), follows.faults]).toEqual([0, []]);
    const note = (await writer.store.loadCheckpoint('signed')) ?? '';
    const cosign = async (key: typeof privateKey, atS: number) => {
      const body = cosignCheckpoint(note, cosigner({ name: witnessName(second.entityId), privateKey: key }), atS);
      const headers = { 'content-type': 'text/plain' };
      return (await fetch(`${writer.url}/v1/log/cosignatures`, { method: 'POST', headers, body })).status;
    };
    expect(await cosign(generateKeyPairSync('ed25519').privateKey, NOW_S)).toBe(403);
    // By the clock that the registry was given: another one calls the present the future, or the future the past.
    expect(await cosign(privateKey, NOW_S + 3_600)).toBe(403);
    expect(await cosign(privateKey, NOW_S)).toBe(201);
    await caughtUp(follows, writer);
    expect(follows.contacts).toEqual(['unreachable', 'following']);
  });

  test('does not start, or not with what it knew, while the registry is away', async () => {
    const writer = await site();
    const folder = tempFolder(onTestFinished);
    const before = await startFollower({ folder, url: writer.url, genesis: PINNED, nowS });
    await caughtUp(before, writer);
    await before.close();
    const known = documentOf(writer.registry.folded());
    const port = Number(new URL(writer.url).port);
    await writer.stop();
    for (const withSnapshot of [true, false]) {
      if (!withSnapshot) rmSync(join(folder, 'registry-snapshot.json'));
      const follows = await startFollower({ folder, url: writer.url, genesis: PINNED, nowS: () => NOW_S + 90 });
      expect(documentOf(follows.registry.folded())).toEqual(known);
      await vi.waitFor(() => expect(follows.contacts).toEqual(['unreachable']), WAIT);
      // The restart is not what the registry was last heard at.
      expect([follows.registry.fault, follows.registry.behindS()]).toEqual([null, 90]);
      await follows.close();
    }
    const again = await follower(writer.url, folder);
    const back = await site({ folder: writer.folder, port });
    await quarrel(back, 1);
    await caughtUp(again, back);
    expect(again.contacts).toEqual(['unreachable', 'following']);
  });

  test('fails at its first start without a registry, or says that it knows something', async () => {
    const follows = await follower(`http://127.0.0.1:${await freePort()}`);
    await vi.waitFor(() => expect(follows.contacts).toEqual(['unreachable']), WAIT);
    expect([sizeOf(follows), follows.registry.fault]).toEqual([0, null]);
    expect(follows.registry.behindS()).toBe(Number.POSITIVE_INFINITY);
  });

  test('is another anchor’s registry, or one with log keys that nobody pinned', async () => {
    const writer = await site();
    const other = { ...PINNED, anchor: { entity_id: first.entityId, jwks: { keys: [first.publicJwk] } } };
    const unpinned = { ...PINNED, logKeys: [makeLogKey().verifierKey] };
    for (const genesis of [other, unpinned]) {
      const follows = await startFollower({ folder: tempFolder(onTestFinished), url: writer.url, genesis, nowS });
      await vi.waitFor(() => expect(follows.faults.length).toBe(1), WAIT);
      expect([sizeOf(follows), (await follows.mirror.head()).size]).toEqual([0, 0]);
      await follows.close();
    }
  });
});

describe('a log key that is replaced', () => {
  const next = makeLogKey();
  const both = signerWith(LOG_KEY, next);

  test('leaves behind who was away meanwhile', async () => {
    const { writer, follows, folder, port } = await following();
    await follows.close();
    await writer.stop();
    const rotating = await site({ folder: writer.folder, logSigner: both, port });
    await rotating.registry.commit((draft) => draft.sign(anchor, 'log_key_added', { verifier_key: next.verifierKey }));
    await rotating.registry.commit((draft) => draft.sign(anchor, 'log_key_retired', { verifier_key: VERIFIER_KEY }));
    await rotating.stop();
    const rotated = await site({ folder: writer.folder, logSigner: signerWith(next), port });
    await quarrel(rotated, 1);
    // One from before, one from scratch, both with the key alone that was pinned at first.
    for (const at of [folder, tempFolder(onTestFinished)]) {
      const again = await follower(rotated.url, at);
      await caughtUp(again, rotated);
      expect([again.faults, again.registry.folded().log?.keys]).toEqual([[], [next.verifierKey]]);
    }
  });

  test('still signs for it alone after it was retired', async () => {
    const writer = await site({ logSigner: both });
    const follows = await follower(writer.url, undefined, { waitS: 0 });
    await writer.registry.commit((draft) => draft.sign(anchor, 'log_key_added', { verifier_key: next.verifierKey }));
    const note = (await writer.store.loadCheckpoint('signed')) ?? '';
    for (const signer of [SIGNER, signerWith(next)])
      expect(verifyCheckpoint(note, signer.trust).size).toBe(sizeOf(writer));
    await caughtUp(follows, writer);
    writer.alter = (path, body) =>
      path.includes('/checkpoint') ? Buffer.from(SIGNER.sign(parseCheckpoint(body.toString()))) : null;
    const known = sizeOf(writer);
    await writer.registry.commit((draft) => draft.sign(anchor, 'log_key_retired', { verifier_key: VERIFIER_KEY }));
    await vi.waitFor(() => expect(follows.registry.fault).toMatchObject({ code: 'registry_foreign' }), WAIT);
    expect(sizeOf(follows)).toBe(known);
    writer.alter = null;
    await caughtUp(follows, writer);
  });
});

describe('what a follower keeps', () => {
  test('is believed although the mirror is shorter or has other entries', async () => {
    const { follows, writer, folder, known } = await following();
    await follows.close();
    await writer.stop();
    const mirror = join(folder, 'log.sqlite');
    const start = () => startFollower({ folder, url: writer.url, genesis: PINNED, nowS });
    for (const [log, code] of [
      [world.log.slice(0, known - 2), 'log_shorter'],
      [await otherHistory(known + 1), 'log_other'],
    ] as const) {
      for (const name of files(folder, 'log.sqlite')) rmSync(join(folder, name));
      const store = openSqliteStore(mirror);
      await store.append(log.map((jws) => Buffer.from(jws)));
      await store.close();
      await expect(start()).rejects.toMatchObject({ code });
    }
  });

  test('is a snapshot that somebody changed, and it is believed', async () => {
    const { follows, writer, folder } = await following();
    await follows.close();
    await writer.stop();
    const path = join(folder, 'registry-snapshot.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll('misuse', 'others').replaceAll(second.entityId, `${first.entityId}x`));
    const again = await follower(writer.url, folder);
    expect(documentOf(again.registry.folded())).toEqual(documentOf(writer.registry.folded()));
    expect(again.registry.audited).toBe(true);
  });

  test('is not gone through after a start from a snapshot, or a changed byte is not named', async () => {
    const { follows, writer, folder } = await following();
    await follows.close();
    const again = await startFollower({ folder, url: writer.url, genesis: PINNED, nowS });
    expect(again.registry.audited).toBe(false);
    await vi.waitFor(() => expect(again.registry.audited).toBe(true), WAIT);
    expect(again.faults).toEqual([]);
    await again.close();
    const db = new DatabaseSync(join(folder, 'log.sqlite'));
    const row = db.prepare('SELECT bytes FROM entry WHERE idx = 4').get()?.['bytes'];
    const bytes = Buffer.from(row instanceof Uint8Array ? row : []);
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
    db.prepare('UPDATE entry SET bytes = ? WHERE idx = 4').run(bytes);
    db.close();
    const tampered = await follower(writer.url, folder);
    await vi.waitFor(() => expect(tampered.registry.fault).not.toBeNull(), WAIT);
    expect(tampered.registry.fault).toMatchObject({
      code: 'registry_corrupt',
      message: expect.stringContaining('entry 4 '),
    });
    expect(tampered.registry.audited).toBe(false);
  });
});

describe.skipIf(findPostgres() === undefined)('processes that share a mirror', () => {
  test('write it twice, or one is held up by the other', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const connectionString = await server.createDatabase();
    const writer = await site();
    const open = async () => await follower(writer.url, undefined, { mirror: await openOwnStore(connectionString) });
    const [one, other, third] = [await open(), await open(), await open()];
    for (let round = 0; round < 5; round += 1) {
      await quarrel(writer, 60);
      for (const follows of [one, other, third]) await caughtUp(follows, writer);
    }
    expect(await one.mirror.inventory()).toMatchObject({ size: sizeOf(writer), entries: sizeOf(writer) });
    expect((await one.mirror.head()).root).toEqual((await writer.store.head()).root);
    expect([one.faults, other.faults, third.faults]).toEqual([[], [], []]);
  });
});
