import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import type { Actor } from '../keys/actor.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { type LogSigner, openLogSigner } from '../keys/log-signer.ts';
import type { LogStore } from '../log/store.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import type { GenesisRule } from '../registry/apply-entry.ts';
import { openLocalDoor } from '../registry/local-door.ts';
import { WritableRegistry } from '../registry/writable-registry.ts';
import { openSandboxActors } from '../sandbox/actors.ts';
import { playCeremony } from '../sandbox/ceremony.ts';
import { shippedAdapters } from '../sandbox/start.ts';
import { type ChainHead, signEvent } from '../trust/registry-event.ts';
import { type DivisionSystem, registrations } from './division-events.ts';

const BASE = 'http://bench.invalid';
const PROVINCE = '410000';

/** A registry in a folder of its own, from its creation on, that grows by what operators do all day. */
export interface RegistryLog {
  readonly store: LogStore;
  readonly logSigner: LogSigner;
  readonly genesis: GenesisRule;
  /** How many it has from its creation on. */
  readonly systems: number;
  /** Somebody who may stop a system. */
  readonly operator: Actor;
  /** Signs and appends suspensions and resumptions until the log has `size` entries; gives the time in the store. */
  readonly growTo: (size: number) => Promise<{ readonly entries: number; readonly storeMs: number }>;
  /** Has so many divisions' systems registered; gives how many entries that took. */
  readonly register: (systems: readonly DivisionSystem[]) => Promise<number>;
  /** Opens the registry as a gateway does at its start, and gives the time that took. */
  readonly start: () => Promise<number>;
  /** The same for somebody who looks at what is open, and what it took of the processor, in milliseconds. */
  readonly opened: <T>(look: (registry: WritableRegistry, cpuMs: number) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

const APPENDED_AT_ONCE = 1_000;

/** Plays the sandbox's ceremony on an SQLite log: sixteen provinces, their adapters and all that lets them answer. */
export async function createRegistryLog(): Promise<RegistryLog> {
  const folder = mkdtempSync(join(tmpdir(), 'huren-bench-log-'));
  const provinces = loadProvinces().map(({ manifest }) => manifest.province);
  const keys = openKeyStore({ setting: null, dataDir: folder });
  const actors = await openSandboxActors(keys, BASE, provinces);
  const logSigner = await openLogSigner(keys, 'registry', 'bench.invalid/log');
  const snapshotKey = await keys.openRing('node', 'snapshot', { nowS: nowS() });
  const { entityId, publicJwk } = actors.anchor;
  const anchor = { entity_id: entityId, jwks: { keys: [publicJwk] } };
  const genesis: GenesisRule = { anchor, logKeys: [logSigner.verifierKey] };
  const openStore = () => openSqliteStore(join(folder, 'log.sqlite'));
  const openOn = (store: LogStore) =>
    WritableRegistry.open({
      store,
      logSigner,
      snapshotPath: join(folder, 'snapshot.json'),
      snapshotKey,
      checkpointPath: join(folder, 'last-checkpoint.txt'),
      genesis,
      nowS,
      onFault: fail,
      onListenerFault: (error) => fail(new Error('a listener threw', { cause: error })),
    });
  const registry = await openOn(openStore());
  const logger = pino({ level: 'silent' });
  const check = { production: false, nowMs: Date.now, live: null };
  const door = openLocalDoor({ registry, registrar: actors.registrar, check }, nowS);
  const nobody = { entities: [], statementKeys: new Map() };
  await playCeremony({ door, actors, log: logSigner, adapters: shippedAdapters(), ...nobody, nowMs: Date.now, logger });
  const signings = actors.operators.map((operator): Signing => {
    const { seq, prev } = registry.folded().entities.get(operator.entityId) ?? { seq: 0, prev: null };
    return { operator, head: { entityId: operator.entityId, seq, prev } };
  });
  const played = registry.folded();
  await registry.close();
  // Before it grows: a start after it has grown then has everything still to read.
  rmSync(join(folder, 'snapshot.json'));
  const events = quarrel(signings);
  let store = openStore();
  return {
    get store() {
      return store;
    },
    logSigner,
    genesis,
    systems: played.adapters.size,
    operator: actors.operators[0],
    growTo: async (size) => {
      const { size: before } = await store.head();
      let storeMs = 0;
      for (let from = before; from < size; from += APPENDED_AT_ONCE) {
        const entries: Uint8Array[] = [];
        for (let at = from; at < Math.min(from + APPENDED_AT_ONCE, size); at += 1)
          entries.push((await events.next()).value);
        const startedMs = performance.now();
        await store.append(entries);
        storeMs += performance.now() - startedMs;
      }
      return { entries: size - before, storeMs };
    },
    register: async (systems) => {
      const entries: Uint8Array[] = [];
      for await (const entry of registrations(systems, actors, played, nowS)) entries.push(entry);
      for (let from = 0; from < entries.length; from += APPENDED_AT_ONCE) {
        await store.append(entries.slice(from, from + APPENDED_AT_ONCE));
      }
      return entries.length;
    },
    start: async () => {
      await store.close();
      const startedMs = performance.now();
      const started = await openOn(openStore());
      const tookMs = performance.now() - startedMs;
      await started.close();
      store = openStore();
      return tookMs;
    },
    opened: async (look) => {
      await store.close();
      const before = process.cpuUsage();
      const started = await openOn(openStore());
      const { user, system } = process.cpuUsage(before);
      const seen = await look(started, (user + system) / 1_000);
      await started.close();
      store = openStore();
      return seen;
    },
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Signing {
  readonly operator: Actor;
  head: ChainHead;
}

/** They suspend and resume without end: events that the fold has to decide, on a state that does not grow. */
async function* quarrel(signings: readonly Signing[]): AsyncGenerator<Uint8Array, never> {
  const suspends = { kind: 'adapter_suspended', body: { province: PROVINCE, reason: 'other' } } as const;
  const resumes = { kind: 'adapter_resumed', body: { province: PROVINCE } } as const;
  for (;;) {
    for (const signing of signings) {
      for (const event of [suspends, resumes]) {
        const { jws, head } = await signEvent(signing.operator.signer, signing.head, event, nowS());
        signing.head = head;
        yield Buffer.from(jws);
      }
    }
  }
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}

function fail(fault: Error): never {
  throw fault;
}
