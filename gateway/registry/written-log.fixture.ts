import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openKeyStore } from '../keys/key-store.ts';
import { type LogSigner, openLogSigner } from '../keys/log-signer.ts';
import type { LogStore } from '../log/store.ts';
import { enrolledWorld, NOW_S, snapshotKeyIn, TRUSTED, type World } from './registry.fixture.ts';
import { type WritableParts, WritableRegistry } from './writable-registry.ts';

/** One log; every call of `open` is another process's view of it. */
export interface LogUnderTest {
  readonly open: () => Promise<LogStore>;
}

/** A log, its key and its folder, new for each test, and the registries that write it, closed after each. */
export function writtenLog(makeLog: () => Promise<LogUnderTest>) {
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
      onListenerFault: () => {},
      ...parts,
    });
    open.push(registry);
    return registry;
  }
  const elsewhere = () => ({
    snapshotPath: join(folder, 'other.json'),
    checkpointPath: join(folder, 'other-checkpoint.txt'),
  });
  async function close(registry: WritableRegistry): Promise<void> {
    open.splice(open.indexOf(registry), 1);
    await registry.close();
  }
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

  return {
    get log() {
      return log;
    },
    get folder() {
      return folder;
    },
    get signer() {
      return signer;
    },
    get world() {
      return world;
    },
    /** Another log in its place, with nothing in it. */
    replaceLog: async () => {
      log = await makeLog();
    },
    openOne,
    opened,
    close,
    closeAll,
    elsewhere,
  };
}
