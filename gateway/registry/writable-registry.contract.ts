import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KeyError } from '../keys/key-error.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { type LogSigner, openLogSigner } from '../keys/log-signer.ts';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import type { LogStore } from '../log/store.ts';
import { verifyLog } from '../log/verify-log.ts';
import { entryChecker } from './apply-entry.ts';
import type { CheckpointSigner } from './checkpoint-slot.ts';
import { documentOf } from './fold-state.ts';
import { readKept, setAside } from './kept-checkpoint.ts';
import { digestOf } from './manifest-text.ts';
import {
  actors,
  enrolledWorld,
  HENAN,
  HENAN_1_NAMED,
  makeLogKey,
  NOW_S,
  signerWith,
  snapshotKeyIn,
  TRUSTED,
  VERIFIER_KEY,
  World,
  withNewKey,
} from './registry.fixture.ts';
import { submitEvent } from './submit-event.ts';
import { type WritableParts, WritableRegistry } from './writable-registry.ts';

const { first, second, henan, gateway, shanghai } = actors;

/** One log; every call of `open` is another process's view of it. */
export interface LogUnderTest {
  readonly open: () => Promise<LogStore>;
}

/** What a writable registry promises, on any store. `shared`: whether two processes may write one log. */
export function writableRegistryContract(shared: boolean, makeLog: () => Promise<LogUnderTest>): void {
  let log: LogUnderTest;
  let folder: string;
  let signer: LogSigner;
  let world: World;
  const open: WritableRegistry[] = [];

  async function openOne(parts: Partial<WritableParts> = {}): Promise<WritableRegistry> {
    const registry = await WritableRegistry.open({
      store: await log.open(),
      logSigner: signer,
      snapshotPath: join(folder, 'snapshot.json'),
      snapshotKey: await snapshotKeyIn(folder),
      checkpointPath: join(folder, 'last-checkpoint.txt'),
      genesis: TRUSTED,
      nowS: () => NOW_S,
      onFault: () => {},
      ...parts,
    });
    open.push(registry);
    return registry;
  }
  const elsewhere = () => ({
    snapshotPath: join(folder, 'other.json'),
    checkpointPath: join(folder, 'other-checkpoint.txt'),
  });
  async function closeAll(): Promise<void> {
    for (const registry of open.splice(0)) await registry.close();
  }
  /** Everybody enrolled, as one batch. */
  async function opened(parts: Partial<WritableParts> = {}): Promise<WritableRegistry> {
    const registry = await openOne(parts);
    await registry.commit(async (draft) => {
      for (const jws of world.log) await draft.add(jws);
    });
    return registry;
  }
  const submission = (scenarios = HENAN.scenarios) =>
    world.sign(henan, 'adapter_submitted', { manifest: HENAN.manifest, scenarios_digest: digestOf(scenarios) });
  const check = { production: false, nowMs: () => NOW_S * 1000, live: null };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'huren-registry-'));
    signer = await openLogSigner(openKeyStore({ setting: null, dataDir: folder }), 'registry', 'registry.example/log');
    world = await enrolledWorld([signer.verifierKey]);
    log = await makeLog();
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('what is acknowledged', () => {
    test('has a receipt that proves nothing', async () => {
      const registry = await opened();
      const jws = await world.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk });
      const { index, checkpoint, inclusion_proof } = await registry.submit(jws);
      const { size, root } = verifyCheckpoint(checkpoint, signer.trust);
      expect(index).toBe(world.log.length);
      const claim = { index, size, proof: inclusion_proof, root };
      expect(verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from(jws)) })).toBe(true);
      expect(verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from('another')) })).toBe(false);
    });

    test('is not there after a restart, with or without its snapshot', async () => {
      const before = documentOf((await opened()).folded());
      await closeAll();
      expect(documentOf((await openOne()).folded())).toEqual(before);
      await closeAll();
      rmSync(join(folder, 'snapshot.json'));
      expect(documentOf((await openOne()).folded())).toEqual(before);
    });

    test('cannot be stopped where the key of its snapshot is away, or the disk does not take it', async () => {
      const key = await snapshotKeyIn(folder);
      const signBytes = () => {
        throw new KeyError('token_unavailable', 'the token was pulled out');
      };
      await opened({ snapshotKey: { ...key, signBytes } });
      await closeAll();
      await openOne();
      mkdirSync(join(folder, 'snapshot.json'));
      await closeAll();
      rmSync(join(folder, 'snapshot.json'), { recursive: true });
      expect((await openOne()).folded().size).toBe(world.log.length);
    });

    test('is not found whole by an audit from entry 0', async () => {
      const registry = await opened();
      const store = await auditStore(registry);
      const audit = await verifyLog({ store, trust: signer.trust, checkEntry: entryChecker(TRUSTED).check });
      expect(audit).toMatchObject({ size: world.log.length, signedSize: world.log.length, findings: [] });
    });
  });

  async function auditStore(registry: WritableRegistry): Promise<LogStore> {
    if (shared) return await log.open();
    await registry.close();
    open.splice(open.indexOf(registry), 1);
    return await log.open();
  }

  async function signedSize(registry: WritableRegistry): Promise<number> {
    const note = await (await auditStore(registry)).loadCheckpoint('signed');
    return parseCheckpoint(note ?? '').size;
  }

  describe('a refused event', () => {
    test('leaves something behind', async () => {
      const registry = await opened();
      const jws = await world.sign(first, 'adapter_suspended', { province: '410000', reason: 'misuse' });
      await expect(registry.submit(jws)).rejects.toMatchObject({ code: 'adapter_unknown' });
      expect(registry.folded().size).toBe(world.log.length);
      expect(await signedSize(registry)).toBe(world.log.length);
    });

    test('takes the rest of its batch with it into the log', async () => {
      const registry = await opened();
      const good = await world.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk });
      const bad = await world.sign(second, 'adapter_resumed', { province: '410000' });
      const batch = registry.commit(async (draft) => {
        await draft.add(good);
        await draft.add(bad);
      });
      await expect(batch).rejects.toMatchObject({ code: 'adapter_unknown' });
      expect(registry.folded().size).toBe(world.log.length);
    });

    test('from the future moves the log’s time', async () => {
      const registry = await opened();
      const body = { use: 'federation', jwk: second.publicJwk } as const;
      const jws = await world.sign(first, 'key_announced', body, { iat: NOW_S + 301 });
      await expect(registry.submit(jws)).rejects.toMatchObject({ code: 'time_implausible' });
      await registry.submit(await world.sign(first, 'key_announced', body, { iat: NOW_S + 299 }));
    });

    test('creates a registry that does not name this log’s key', async () => {
      const registry = await openOne();
      const other = await enrolledWorld([VERIFIER_KEY]);
      await expect(registry.submit(other.log[0] ?? '')).rejects.toMatchObject({ code: 'log_key_mismatch' });
      expect(registry.folded().size).toBe(0);
    });

    test('retires the only log key that this registry can sign with', async () => {
      const registry = await opened();
      await registry.commit((draft) => draft.sign(actors.anchor, 'log_key_added', { verifier_key: VERIFIER_KEY }));
      const retired = registry.commit((draft) =>
        draft.sign(actors.anchor, 'log_key_retired', { verifier_key: signer.verifierKey }),
      );
      await expect(retired).rejects.toMatchObject({ code: 'log_key_unheld' });
      expect(registry.folded().log?.keys).toEqual([signer.verifierKey, VERIFIER_KEY]);
    });
  });

  describe('the conformance kit', () => {
    test('is not run on what is submitted, or its verdict is not in the log', async () => {
      const registry = await opened();
      const parts = { registry, registrar: gateway, check };
      await submitEvent(parts, { event: await submission(), scenarios: HENAN.scenarios });
      const [version] = registry.folded().adapters.get('410000')?.versions ?? [];
      expect(version?.check).toMatchObject({ by: gateway.entityId, passed: true, level: 'static' });
    });

    test('lets a version pass whose scenarios did not come along, or are others', async () => {
      const registry = await opened();
      const parts = { registry, registrar: gateway, check };
      const event = await submission();
      for (const scenarios of [null, `${HENAN.scenarios} `]) {
        await expect(submitEvent(parts, { event, scenarios })).rejects.toMatchObject({ code: 'scenarios_missing' });
      }
      expect(registry.folded().adapters.size).toBe(0);
    });

    test('finds a fault, and the version can be moved all the same', async () => {
      const registry = await opened();
      const scenarios = HENAN.scenarios.replaceAll('"decision": "pass"', '"decision": "restrict"');
      const event = await submission(scenarios);
      await submitEvent({ registry, registrar: gateway, check }, { event, scenarios });
      const approval = await world.sign(first, 'adapter_approved', HENAN_1_NAMED);
      await expect(registry.submit(approval)).rejects.toMatchObject({ code: 'check_failed' });
    });
  });

  describe('a state that a scan holds', () => {
    test('changes under it', async () => {
      const registry = await opened();
      await submitEvent(
        { registry, registrar: gateway, check },
        { event: await submission(), scenarios: HENAN.scenarios },
      );
      const changes = vi.fn();
      registry.onChange(changes);
      await registry.commit(async (draft) => {
        await draft.sign(first, 'adapter_approved', HENAN_1_NAMED);
        await draft.sign(second, 'adapter_approved', HENAN_1_NAMED);
        await draft.sign(henan, 'adapter_activated', { ...HENAN_1_NAMED, mode: { stage: 'full' } });
      });
      const taken = registry.current();
      await registry.commit((draft) =>
        draft.sign(first, 'adapter_suspended', { province: '410000', reason: 'misuse' }),
      );
      expect(taken.adapters.get('410000')?.stage).toBe('active');
      expect(registry.current().adapters.get('410000')?.stage).toBe('suspended');
      expect(changes).toHaveBeenCalledTimes(2);
    });
  });

  describe('a store that was tampered with', () => {
    test('is opened with an entry that no registry would have accepted', async () => {
      await opened();
      await closeAll();
      const store = await log.open();
      await store.append([Buffer.from(world.log[3] ?? '')]);
      await store.close();
      const refusal = { code: 'registry_corrupt', message: expect.stringMatching(/entry 7 .*sequence_replayed/) };
      await expect(openOne()).rejects.toMatchObject(refusal);
    });

    test('is opened as another anchor’s registry', async () => {
      await opened();
      await closeAll();
      rmSync(join(folder, 'snapshot.json'));
      const anchor = { entity_id: first.entityId, jwks: { keys: [first.publicJwk] } };
      await expect(openOne({ genesis: { anchor, logKeys: null } })).rejects.toMatchObject({
        code: 'registry_corrupt',
      });
    });

    test('is opened with a checkpoint that another key signed', async () => {
      await opened();
      await closeAll();
      const store = await log.open();
      const kept = await store.loadCheckpoint('signed');
      const forged = signerWith(makeLogKey()).sign(await store.head());
      await store.saveCheckpoint('signed', forged, kept);
      await store.close();
      await expect(openOne()).rejects.toMatchObject({ code: 'registry_corrupt' });
    });

    test('is opened by a writer whose key the registry does not list', async () => {
      await opened();
      await closeAll();
      const keys = openKeyStore({ setting: null, dataDir: folder });
      const other = await openLogSigner(keys, 'other', 'registry.example/log');
      await expect(openOne({ logSigner: other })).rejects.toMatchObject({ code: 'log_key_unlisted' });
    });

    test('has a forged snapshot that is believed', async () => {
      const registry = await opened();
      const before = documentOf(registry.folded());
      await closeAll();
      const path = join(folder, 'snapshot.json');
      const forged = readFileSync(path, 'utf8').replaceAll(`${second.entityId}`, `${first.entityId}x`);
      writeFileSync(path, forged);
      expect(documentOf((await openOne()).folded())).toEqual(before);
    });

    test('has a snapshot of another log that is believed', async () => {
      await opened();
      await closeAll();
      log = await makeLog();
      rmSync(join(folder, 'last-checkpoint.txt'));
      const registry = await openOne();
      expect(registry.folded().size).toBe(0);
    });
  });

  describe('a store that is not the one whose checkpoint was kept outside it', () => {
    const kept = () => join(folder, 'last-checkpoint.txt');
    async function putBack(entries: readonly string[]): Promise<void> {
      await closeAll();
      log = await makeLog();
      const store = await log.open();
      await store.append(entries.map((entry) => Buffer.from(entry)));
      await store.close();
    }

    test('is not kept outside before the receipt is given', async () => {
      const registry = await opened();
      const jws = await world.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk });
      const { checkpoint } = await registry.submit(jws);
      expect(readFileSync(kept(), 'utf8')).toBe(checkpoint);
    });

    test('is written on although it is shorter', async () => {
      await opened();
      await putBack(world.log.slice(0, 4));
      const refusal = { code: 'log_shorter', message: expect.stringContaining('has 4 entries, and 7 were signed') };
      await expect(openOne()).rejects.toMatchObject(refusal);
    });

    test('is written on although it has other entries', async () => {
      await opened();
      const other = await enrolledWorld([signer.verifierKey]);
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
      await putBack(world.log);
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
      await putBack([...world.log.slice(0, 6), ...(await rotation())]);
      setAside(kept(), readKept(kept()) ?? { note: '', size: 0, root: new Uint8Array() });
      const [old, next] = [signer, fresh];
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
      for (const jws of world.log.slice(0, size)) await fork.take(jws);
      return fork;
    }
  });

  if (shared)
    describe('several instances', () => {
      test('do not follow one another', async () => {
        const registry = await opened();
        const follower = await openOne(elsewhere());
        const started = performance.now();
        await registry.commit((draft) =>
          draft.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk }),
        );
        await vi.waitFor(() => expect(follower.folded().size).toBe(registry.folded().size), {
          timeout: 5_000,
          interval: 5,
        });
        expect(performance.now() - started).toBeLessThan(1_000);
      });

      test('lose or double an event when both write', async () => {
        const [one, other] = [await opened(), await openOne(elsewhere())];
        const write = async (registry: WritableRegistry, actor: typeof first) => {
          const { publicJwk: jwk } = await withNewKey(actor);
          await registry.commit((draft) => draft.sign(actor, 'key_announced', { use: 'statement', jwk }));
        };
        await Promise.all(Array.from({ length: 10 }, () => [write(one, first), write(other, second)]).flat());
        await vi.waitFor(() => expect(one.folded().size).toBe(world.log.length + 20), { timeout: 5_000, interval: 5 });
        await vi.waitFor(() => expect(documentOf(other.folded())).toEqual(documentOf(one.folded())), {
          timeout: 5_000,
        });
        expect(await signedSize(one)).toBe(world.log.length + 20);
      });

      test('go on after an entry that no registry would have accepted', async () => {
        const onFault = vi.fn();
        const registry = await opened();
        const follower = await openOne({ ...elsewhere(), onFault });
        const store = await log.open();
        await store.append([Buffer.from('no event at all')]);
        await store.close();
        await vi.waitFor(() => expect(onFault).toHaveBeenCalledTimes(1), { timeout: 5_000, interval: 5 });
        expect(follower.fault).toMatchObject({ code: 'registry_corrupt', message: expect.stringContaining('entry 7') });
        const jws = await world.sign(shanghai, 'key_announced', { use: 'federation', jwk: second.publicJwk });
        await expect(follower.submit(jws)).rejects.toMatchObject({ code: 'registry_corrupt' });
        expect(registry.folded().size).toBe(world.log.length);
      });
    });
}
