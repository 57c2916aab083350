import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openKeyStore } from '../keys/key-store.ts';
import { openLogSigner } from '../keys/log-signer.ts';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import type { CheckpointSigner } from './checkpoint-slot.ts';
import { documentOf } from './fold-state.ts';
import { readKept, setAside } from './kept-checkpoint.ts';
import { actors, enrolledWorld, makeLogKey, signerWith, World } from './registry.fixture.ts';

import { type LogUnderTest, writtenLog } from './written-log.fixture.ts';

const { first, second, henan, gateway, shanghai } = actors;

/** What a writable registry refuses of the store that it is opened on, whichever that is. */
export function tamperedStoreContract(makeLog: () => Promise<LogUnderTest>): void {
  const written = writtenLog(makeLog);
  const { openOne, opened, closeAll } = written;

  describe('a store that was tampered with', () => {
    test('is opened with an entry that no registry would have accepted', async () => {
      await opened();
      await closeAll();
      const store = await written.log.open();
      await store.append([Buffer.from(written.world.log[3] ?? '')]);
      await store.close();
      const refusal = { code: 'registry_corrupt', message: expect.stringMatching(/entry 7 .*sequence_replayed/) };
      await expect(openOne()).rejects.toMatchObject(refusal);
    });

    test('is opened as another anchor’s registry', async () => {
      await opened();
      await closeAll();
      rmSync(join(written.folder, 'snapshot.json'));
      const anchor = { entity_id: first.entityId, jwks: { keys: [first.publicJwk] } };
      await expect(openOne({ genesis: { anchor, logKeys: null } })).rejects.toMatchObject({
        code: 'registry_corrupt',
      });
    });

    test('is opened with a checkpoint that another key signed', async () => {
      await opened();
      await closeAll();
      const store = await written.log.open();
      const kept = await store.loadCheckpoint('signed');
      const forged = signerWith(makeLogKey()).sign(await store.head());
      await store.saveCheckpoint('signed', forged, kept);
      await store.close();
      await expect(openOne()).rejects.toMatchObject({ code: 'registry_corrupt' });
    });

    test('is opened by a writer whose key the registry does not list', async () => {
      await opened();
      await closeAll();
      const keys = openKeyStore({ setting: null, dataDir: written.folder });
      const other = await openLogSigner(keys, 'other', 'registry.example/log');
      await expect(openOne({ logSigner: other })).rejects.toMatchObject({ code: 'log_key_unlisted' });
    });

    test('has a forged snapshot that is believed', async () => {
      const registry = await opened();
      const before = documentOf(registry.folded());
      await closeAll();
      const path = join(written.folder, 'snapshot.json');
      const forged = readFileSync(path, 'utf8').replaceAll(`${second.entityId}`, `${first.entityId}x`);
      writeFileSync(path, forged);
      expect(documentOf((await openOne()).folded())).toEqual(before);
    });

    test('has a snapshot of another log that is believed', async () => {
      await opened();
      await closeAll();
      await written.replaceLog();
      rmSync(join(written.folder, 'last-checkpoint.txt'));
      const registry = await openOne();
      expect(registry.folded().size).toBe(0);
    });
  });

  describe('a store that is not the one whose checkpoint was kept outside it', () => {
    const kept = () => join(written.folder, 'last-checkpoint.txt');
    async function putBack(entries: readonly string[]): Promise<void> {
      await closeAll();
      await written.replaceLog();
      const store = await written.log.open();
      await store.append(entries.map((entry) => Buffer.from(entry)));
      await store.close();
    }

    test('is not kept outside before the receipt is given', async () => {
      const registry = await opened();
      const jws = await written.world.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk });
      const { checkpoint } = await registry.submit(jws);
      expect(readFileSync(kept(), 'utf8')).toBe(checkpoint);
    });

    test('is written on although it is shorter', async () => {
      await opened();
      await putBack(written.world.log.slice(0, 4));
      const refusal = { code: 'log_shorter', message: expect.stringContaining('has 4 entries, and 7 were signed') };
      await expect(openOne()).rejects.toMatchObject(refusal);
    });

    test('is written on although it has other entries', async () => {
      await opened();
      const other = await enrolledWorld([written.signer.verifierKey]);
      await putBack([
        ...other.log,
        await other.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk }),
      ]);
      await expect(openOne()).rejects.toMatchObject({ code: 'log_other' });
    });

    test('is checked against a kept checkpoint that cannot be read', async () => {
      await opened();
      await closeAll();
      writeFileSync(kept(), 'nonsense');
      const refusal = { code: 'checkpoint_damaged', message: expect.stringContaining('last-checkpoint.txt') };
      await expect(openOne()).rejects.toMatchObject(refusal);
    });

    test('once the loss was accepted, is signed at a size that was signed with another root', async () => {
      const before = await opened();
      await before.commit((draft) => draft.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk }));
      await putBack(written.world.log);
      setAside(kept(), readKept(kept()) ?? { note: '', size: 0, root: new Uint8Array() });
      const registry = await openOne();
      const write = (jwk: typeof second.publicJwk) =>
        registry.commit((draft) => draft.sign(shanghai, 'key_announced', { use: 'federation', jwk }));
      await expect(write(henan.publicJwk)).rejects.toMatchObject({ code: 'registry_unavailable' });
      expect([registry.folded().size, readKept(kept())?.size]).toEqual([8, 7]);
      const receipt = await write(gateway.publicJwk);
      expect([receipt?.index, parseCheckpoint(receipt?.checkpoint ?? '').size]).toEqual([8, 9]);
    });

    test('once the loss was accepted, is not signed at that size by a key that never signed it', async () => {
      const before = await opened();
      await before.commit((draft) => draft.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk }));
      await putBack([...written.world.log.slice(0, 6), ...(await rotation())]);
      setAside(kept(), readKept(kept()) ?? { note: '', size: 0, root: new Uint8Array() });
      const [old, next] = [written.signer, fresh];
      const both: CheckpointSigner = {
        ...fresh,
        verifierKeys: [old.verifierKey, next.verifierKey],
        sign: (head, keys = []) => (keys.includes(old.verifierKey) ? old.sign(head) : next.sign(head)),
      };
      const registry = await openOne({ logSigner: both });
      const receipt = await registry.commit((draft) =>
        draft.sign(shanghai, 'key_announced', { use: 'federation', jwk: henan.publicJwk }),
      );
      const { size } = verifyCheckpoint(receipt?.checkpoint ?? '', fresh.trust);
      expect(size).toBe(8);
    });

    const fresh = signerWith(makeLogKey());
    async function rotation(): Promise<string[]> {
      const fork = await forkAt(6);
      return [await fork.sign(actors.anchor, 'log_key_added', { verifier_key: fresh.verifierKey })];
    }
    async function forkAt(size: number): Promise<World> {
      const fork = new World();
      for (const jws of written.world.log.slice(0, size)) await fork.take(jws);
      return fork;
    }
  });
}
