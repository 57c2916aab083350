import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openKeyStore } from '../keys/key-store.ts';
import { type LogSigner, openLogSigner } from '../keys/log-signer.ts';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import type { LogStore } from '../log/store.ts';
import { verifyLog } from '../log/verify-log.ts';
import { entryChecker } from './apply-entry.ts';
import { documentOf } from './fold-state.ts';
import { LiveRegistry, type RegistryParts } from './live-registry.ts';
import { digestOf } from './manifest-text.ts';
import {
  actors,
  enrolledWorld,
  HENAN,
  HENAN_1_NAMED,
  NOW_S,
  TRUSTED,
  type World,
  withNewKey,
} from './registry.fixture.ts';
import { submitEvent } from './submit-event.ts';

const { first, second, henan, gateway, shanghai } = actors;

/** One log; every call of `open` is another process's view of it. */
export interface LogUnderTest {
  readonly open: () => Promise<LogStore>;
}

/** What a live registry promises, on any store. `shared`: whether two processes may write one log. */
export function liveRegistryContract(shared: boolean, makeLog: () => Promise<LogUnderTest>): void {
  let log: LogUnderTest;
  let folder: string;
  let signer: LogSigner;
  let world: World;
  const open: LiveRegistry[] = [];

  async function openOne(parts: Partial<RegistryParts> = {}): Promise<LiveRegistry> {
    const registry = await LiveRegistry.open({
      store: await log.open(),
      logSigner: signer,
      snapshotPath: join(folder, 'snapshot.json'),
      genesis: TRUSTED,
      nowS: () => NOW_S,
      onFault: () => {},
      ...parts,
    });
    open.push(registry);
    return registry;
  }
  async function closeAll(): Promise<void> {
    for (const registry of open.splice(0)) await registry.close();
  }
  /** Everybody enrolled, as one batch. */
  async function opened(): Promise<LiveRegistry> {
    const registry = await openOne();
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
    world = await enrolledWorld();
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

    test('is not found whole by an audit from entry 0', async () => {
      const registry = await opened();
      const store = await auditStore(registry);
      const audit = await verifyLog({ store, trust: signer.trust, checkEntry: entryChecker(TRUSTED) });
      expect(audit).toMatchObject({ size: world.log.length, signedSize: world.log.length, findings: [] });
    });
  });

  async function auditStore(registry: LiveRegistry): Promise<LogStore> {
    if (shared) return await log.open();
    await registry.close();
    open.splice(open.indexOf(registry), 1);
    return await log.open();
  }

  async function signedSize(registry: LiveRegistry): Promise<number> {
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
      const registry = await openOne({ genesis: { ...TRUSTED, verifierKey: signer.verifierKey } });
      await expect(registry.submit(world.log[0] ?? '')).rejects.toMatchObject({ code: 'log_key_mismatch' });
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
      await expect(openOne({ genesis: { anchor, verifierKey: null } })).rejects.toMatchObject({
        code: 'registry_corrupt',
      });
    });

    test('is opened with a checkpoint that another key signed', async () => {
      await opened();
      await closeAll();
      const other = await openLogSigner(
        openKeyStore({ setting: null, dataDir: folder }),
        'other',
        'registry.example/log',
      );
      await expect(openOne({ logSigner: other })).rejects.toMatchObject({ code: 'registry_corrupt' });
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
      const registry = await openOne();
      expect(registry.folded().size).toBe(0);
    });
  });

  if (shared)
    describe('several instances', () => {
      test('do not follow one another', async () => {
        const registry = await opened();
        const follower = await openOne({ snapshotPath: join(folder, 'other.json') });
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
        const [one, other] = [await opened(), await openOne({ snapshotPath: join(folder, 'other.json') })];
        const write = async (registry: LiveRegistry, actor: typeof first) => {
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
        const follower = await openOne({ snapshotPath: join(folder, 'other.json'), onFault });
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
