import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { pino } from 'pino';
import { IncomingBodies } from '../access/incoming-bodies.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { CheckpointWaits } from '../http/checkpoint-waits.ts';
import { errorHandler } from '../http/errors.ts';
import { mountLog } from '../http/log.ts';
import type { LogStore } from '../log/store.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import type { GenesisRule } from '../registry/apply-entry.ts';
import type { CheckpointSigner } from '../registry/checkpoint-slot.ts';
import { compileState } from '../registry/compile-state.ts';
import { EMPTY_STATE } from '../registry/fold-state.ts';
import { FollowedRegistry } from '../registry/followed-registry.ts';
import { type FetchBytes, httpLogSource } from '../registry/http-log-source.ts';
import { snapshotKeyIn } from '../registry/registry.fixture.ts';
import type { Registry } from '../registry/registry.ts';
import type { RegistryError } from '../registry/registry-error.ts';
import { newestCheckpoint } from '../registry/witnesses.ts';
import { WritableRegistry } from '../registry/writable-registry.ts';

/** A folder of its own, gone with the test. */
export function tempFolder(onEnd: (clean: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'huren-follow-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Whatever a reply is to be instead; null leaves it. */
export type Alter = (path: string, body: Buffer) => Buffer | null;

/** A registry that is written here and shown over real HTTP. */
export interface RegistrySite {
  readonly url: string;
  readonly folder: string;
  readonly registry: WritableRegistry;
  readonly store: LogStore;
  readonly waits: CheckpointWaits;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  alter: Alter | null;
  readonly stop: () => Promise<void>;
}

/** Opens the registry below a folder and serves its log on a loopback port. */
export async function startSite(settings: {
  readonly folder: string;
  readonly logSigner: CheckpointSigner;
  readonly genesis: GenesisRule;
  readonly nowS: () => number;
  readonly port?: number;
}): Promise<RegistrySite> {
  const { folder, logSigner, genesis, nowS, port = 0 } = settings;
  const store = openSqliteStore(join(folder, 'log.sqlite'));
  const registry = await WritableRegistry.open({
    store,
    logSigner,
    genesis,
    nowS,
    snapshotPath: join(folder, 'registry-snapshot.json'),
    snapshotKey: await snapshotKeyIn(folder),
    checkpointPath: join(folder, 'last-checkpoint.txt'),
    onFault: () => {},
    onListenerFault: () => {},
  });
  const shown = await showLog(registry, store, { port, nowMs: () => nowS() * 1000 });
  return {
    ...shown,
    folder,
    registry,
    store,
    get alter() {
      return shown.altering.alter;
    },
    set alter(alter) {
      shown.altering.alter = alter;
    },
    stop: async () => {
      await shown.stop();
      await registry.close();
    },
  };
}

/** Shows a store's log as whoever has the log's key could, whatever is in it. */
export async function serveStore(store: LogStore, port: number): Promise<{ readonly stop: () => Promise<void> }> {
  const { size } = await store.head();
  const shown = await showLog({ ...NOBODY, folded: () => ({ ...EMPTY_STATE, size }) }, store, { port });
  return {
    stop: async () => {
      await shown.stop();
      await store.close();
    },
  };
}

const NOBODY: Registry = {
  current: () => compileState(EMPTY_STATE),
  folded: () => EMPTY_STATE,
  fault: null,
  behindS: () => 0,
  audited: true,
  onChange: () => () => {},
  close: async () => {},
};

/** Shows a log over real HTTP, as every node does: a registry its own, a follower the one that it follows. */
export async function showLog(registry: Registry, store: LogStore, { port = 0, nowMs = Date.now } = {}) {
  const waits = new CheckpointWaits(registry, () => newestCheckpoint(store));
  const asked: string[] = [];
  const altering: { alter: Alter | null } = { alter: null };
  const app = express();
  app.use((request, response, next) => {
    asked.push(request.url);
    const send = response.send.bind(response);
    response.send = (body: unknown) => {
      const altered = altering.alter?.(request.url, Buffer.from(body instanceof Uint8Array ? body : String(body)));
      return send(altered ?? body);
    };
    next();
  });
  mountLog(app, { registry, store, waits, bodies: new IncomingBodies(), nowMs });
  app.use(errorHandler(pino({ level: 'silent' }), createMetrics()));
  const server = await listen(createServer(app), port);
  const address: AddressInfo | string | null = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    waits,
    asked,
    altering,
    stop: async () => {
      waits.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** GETs over node's own fetch, within the bounds asked for. */
export const plainFetch: FetchBytes = {
  get: async (url, { timeoutMs, maxBytes, signal }) => {
    const limits = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])];
    const reply = await fetch(url, { signal: AbortSignal.any(limits), redirect: 'error' });
    const bytes = new Uint8Array(await reply.arrayBuffer());
    if (bytes.length > maxBytes) throw new Error('the reply is too large');
    return { status: reply.status, bytes };
  },
};

/** A follower with what it told. */
export interface TestFollower {
  readonly registry: FollowedRegistry;
  readonly mirror: LogStore;
  readonly faults: RegistryError[];
  readonly contacts: string[];
  readonly close: () => Promise<void>;
}

/** Follows a site from a folder of its own. */
export async function startFollower(settings: {
  readonly folder: string;
  readonly url: string;
  readonly genesis: GenesisRule;
  readonly nowS: () => number;
  readonly mirror?: LogStore;
  readonly waitS?: number;
  readonly witnesses?: number;
}): Promise<TestFollower> {
  const { folder, url, genesis, nowS, waitS = 10, witnesses = 0 } = settings;
  const mirror = settings.mirror ?? openSqliteStore(join(folder, 'log.sqlite'));
  const faults: RegistryError[] = [];
  const contacts: string[] = [];
  try {
    const registry = await FollowedRegistry.open({
      source: httpLogSource({ baseUrl: url, fetchBytes: plainFetch, waitS }),
      mirror,
      witnesses,
      genesis,
      nowS,
      snapshotPath: join(folder, 'registry-snapshot.json'),
      snapshotKey: await snapshotKeyIn(folder),
      checkpointPath: join(folder, 'last-checkpoint.txt'),
      onFault: (fault) => faults.push(fault),
      onListenerFault: () => {},
      onContact: (contact) => contacts.push(contact),
    });
    return { registry, mirror, faults, contacts, close: () => registry.close() };
  } catch (error) {
    await mirror.close();
    throw error;
  }
}
