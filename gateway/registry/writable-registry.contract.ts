import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { KeyError } from '../keys/key-error.ts';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import type { LogStore } from '../log/store.ts';
import { verifyLog } from '../log/verify-log.ts';
import { PATIENCE_MS } from '../test/patience.ts';
import { entryChecker } from './apply-entry.ts';
import { documentOf } from './fold-state.ts';
import { digestOf } from './manifest-text.ts';
import {
  actors,
  enrolledWorld,
  HENAN,
  HENAN_1_NAMED,
  NOW_S,
  snapshotKeyIn,
  TRUSTED,
  VERIFIER_KEY,
  withNewKey,
} from './registry.fixture.ts';
import { submitEvent } from './submit-event.ts';
import type { WritableRegistry } from './writable-registry.ts';
import { type LogUnderTest, writtenLog } from './written-log.fixture.ts';

const { first, second, henan, gateway, shanghai } = actors;

/** What a writable registry promises, on any store. `shared`: whether two processes may write one log. */
export function writableRegistryContract(shared: boolean, makeLog: () => Promise<LogUnderTest>): void {
  const written = writtenLog(makeLog);
  const { openOne, opened, close, closeAll, elsewhere } = written;
  const submission = (scenarios = HENAN.scenarios) =>
    written.world.sign(henan, 'adapter_submitted', { manifest: HENAN.manifest, scenarios_digest: digestOf(scenarios) });
  const check = { production: false, nowMs: () => NOW_S * 1000, live: null };

  describe('what is acknowledged', () => {
    test('has a receipt that proves nothing', async () => {
      const registry = await opened();
      const jws = await written.world.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk });
      const { index, checkpoint, inclusion_proof } = await registry.submit(jws);
      const { size, root } = verifyCheckpoint(checkpoint, written.signer.trust);
      expect(index).toBe(written.world.log.length);
      const claim = { index, size, proof: inclusion_proof, root };
      expect(verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from(jws)) })).toBe(true);
      expect(verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from('another')) })).toBe(false);
    });

    test('is not there after a restart, with or without its snapshot', async () => {
      const before = documentOf((await opened()).folded());
      await closeAll();
      expect(documentOf((await openOne()).folded())).toEqual(before);
      await closeAll();
      rmSync(join(written.folder, 'snapshot.json'));
      expect(documentOf((await openOne()).folded())).toEqual(before);
    });

    test('cannot be stopped where the key of its snapshot is away, or the disk does not take it', async () => {
      const key = await snapshotKeyIn(written.folder);
      const signBytes = () => {
        throw new KeyError('token_unavailable', 'the token was pulled out');
      };
      await opened({ snapshotKey: { ...key, signBytes } });
      await closeAll();
      await openOne();
      mkdirSync(join(written.folder, 'snapshot.json'));
      await closeAll();
      rmSync(join(written.folder, 'snapshot.json'), { recursive: true });
      expect((await openOne()).folded().size).toBe(written.world.log.length);
    });

    test('is not found whole by an audit from entry 0', async () => {
      const registry = await opened();
      const store = await auditStore(registry);
      const audit = await verifyLog({ store, trust: written.signer.trust, checkEntry: entryChecker(TRUSTED).check });
      expect(audit).toMatchObject({
        size: written.world.log.length,
        signedSize: written.world.log.length,
        findings: [],
      });
    });
  });

  async function auditStore(registry: WritableRegistry): Promise<LogStore> {
    if (shared) return await written.log.open();
    await close(registry);
    return await written.log.open();
  }

  async function signedSize(registry: WritableRegistry): Promise<number> {
    const note = await (await auditStore(registry)).loadCheckpoint('signed');
    return parseCheckpoint(note ?? '').size;
  }

  describe('a refused event', () => {
    test('leaves something behind', async () => {
      const registry = await opened();
      const jws = await written.world.sign(first, 'adapter_suspended', { province: '410000', reason: 'misuse' });
      await expect(registry.submit(jws)).rejects.toMatchObject({ code: 'adapter_unknown' });
      expect(registry.folded().size).toBe(written.world.log.length);
      expect(await signedSize(registry)).toBe(written.world.log.length);
    });

    test('takes the rest of its batch with it into the log', async () => {
      const registry = await opened();
      const good = await written.world.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk });
      const bad = await written.world.sign(second, 'adapter_resumed', { province: '410000' });
      const batch = registry.commit(async (draft) => {
        await draft.add(good);
        await draft.add(bad);
      });
      await expect(batch).rejects.toMatchObject({ code: 'adapter_unknown' });
      expect(registry.folded().size).toBe(written.world.log.length);
    });

    test('from the future moves the log’s time', async () => {
      const registry = await opened();
      const body = { use: 'federation', jwk: second.publicJwk } as const;
      const jws = await written.world.sign(first, 'key_announced', body, { iat: NOW_S + 301 });
      await expect(registry.submit(jws)).rejects.toMatchObject({ code: 'time_implausible' });
      await registry.submit(await written.world.sign(first, 'key_announced', body, { iat: NOW_S + 299 }));
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
        draft.sign(actors.anchor, 'log_key_retired', { verifier_key: written.signer.verifierKey }),
      );
      await expect(retired).rejects.toMatchObject({ code: 'log_key_unheld' });
      expect(registry.folded().log?.keys).toEqual([written.signer.verifierKey, VERIFIER_KEY]);
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
      const approval = await written.world.sign(first, 'adapter_approved', HENAN_1_NAMED);
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

  test('a listener that throws undoes what is durable, is not told, or keeps others from hearing of it', async () => {
    const faults: unknown[] = [];
    const registry = await opened({ onListenerFault: (error) => faults.push(error) });
    const [fault, other] = [new Error('a listener'), vi.fn()];
    registry.onChange(() => {
      throw fault;
    });
    registry.onChange(other);
    const jws = await written.world.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk });
    expect((await registry.submit(jws)).index).toBe(written.world.log.length);
    expect(registry.folded().size).toBe(written.world.log.length + 1);
    expect([faults, other.mock.calls.length]).toEqual([[fault], 1]);
  });

  if (shared)
    describe('several instances', () => {
      test('do not follow one another', async () => {
        const registry = await opened();
        const follower = await openOne(elsewhere());
        await registry.commit((draft) =>
          draft.sign(first, 'key_announced', { use: 'federation', jwk: second.publicJwk }),
        );
        await vi.waitFor(() => expect(follower.folded().size).toBe(registry.folded().size), {
          timeout: PATIENCE_MS,
          interval: 5,
        });
      });

      test('lose or double an event when both write', async () => {
        const [one, other] = [await opened(), await openOne(elsewhere())];
        const write = async (registry: WritableRegistry, actor: typeof first) => {
          const { publicJwk: jwk } = await withNewKey(actor);
          await registry.commit((draft) => draft.sign(actor, 'key_announced', { use: 'statement', jwk }));
        };
        await Promise.all(Array.from({ length: 10 }, () => [write(one, first), write(other, second)]).flat());
        await vi.waitFor(() => expect(one.folded().size).toBe(written.world.log.length + 20), {
          timeout: PATIENCE_MS,
          interval: 5,
        });
        await vi.waitFor(() => expect(documentOf(other.folded())).toEqual(documentOf(one.folded())), {
          timeout: PATIENCE_MS,
        });
        expect(await signedSize(one)).toBe(written.world.log.length + 20);
      });

      test('go on after an entry that no registry would have accepted', async () => {
        const onFault = vi.fn();
        const registry = await opened();
        const follower = await openOne({ ...elsewhere(), onFault });
        const store = await written.log.open();
        await store.append([Buffer.from('no event at all')]);
        await store.close();
        await vi.waitFor(() => expect(onFault).toHaveBeenCalledTimes(1), { timeout: PATIENCE_MS, interval: 5 });
        expect(follower.fault).toMatchObject({ code: 'registry_corrupt', message: expect.stringContaining('entry 7') });
        const jws = await written.world.sign(shanghai, 'key_announced', { use: 'federation', jwk: second.publicJwk });
        await expect(follower.submit(jws)).rejects.toMatchObject({ code: 'registry_corrupt' });
        expect(registry.folded().size).toBe(written.world.log.length);
      });
    });
}
