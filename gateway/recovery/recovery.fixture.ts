import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoverageBook } from '../coverage/coverage-book.ts';
import { answerAt } from '../coverage/store.contract.ts';
import { openPostgresCoverage } from '../coverage/store-postgres.ts';
import { openSqliteCoverage } from '../coverage/store-sqlite.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { openPostgresStore } from '../log/store-postgres.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { openPostgresPasses } from '../passes/store-postgres.ts';
import { openSqlitePasses } from '../passes/store-sqlite.ts';
import type { FetchBytes } from '../registry/http-log-source.ts';
import {
  actors,
  LOG_KEY,
  NOW_S,
  signerWith,
  snapshotKeyIn,
  TRUSTED,
  VERIFIER_KEY,
} from '../registry/registry.fixture.ts';
import { WritableRegistry } from '../registry/writable-registry.ts';
import { PostgresPool } from '../stores/postgres-pool.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { backUp } from './back-up.ts';
import type { NodePlaces } from './node-places.ts';
import { type RestoreJob, restore } from './restore.ts';

export const PASSPHRASE = 'correct horse battery';
export const BASIS = { province: '410000', mandate: 'a-mandate' } as const;
const TERMS = { withholdBelow: 1 };

export function placesIn(dataDir: string, databaseUrl: string | null = null): NodePlaces {
  return {
    dataDir,
    databaseUrl,
    writesLog: true,
    keys: { setting: null, dataDir },
    upstreamDir: null,
    anchorFile: null,
  };
}

/** The stores of a node, opened as a node opens them. */
export async function openNode({ dataDir, databaseUrl }: NodePlaces) {
  const pool = databaseUrl === null ? null : new PostgresPool(databaseUrl);
  const inDir = (name: string) => join(dataDir, `${name}.sqlite`);
  const store = pool === null ? openSqliteStore(inDir('log')) : await openPostgresStore({ pool });
  const coverage = await (pool === null
    ? openSqliteCoverage(inDir('coverage'), TERMS)
    : openPostgresCoverage(pool, TERMS));
  const passes = await (pool === null ? openSqlitePasses(inDir('passes')) : openPostgresPasses(pool));
  const registry = await WritableRegistry.open({
    store,
    logSigner: signerWith(LOG_KEY),
    genesis: TRUSTED,
    nowS: () => NOW_S,
    snapshotPath: join(dataDir, 'registry-snapshot.json'),
    snapshotKey: await snapshotKeyIn(dataDir),
    checkpointPath: join(dataDir, 'last-checkpoint.txt'),
    onFault: () => {},
    onListenerFault: () => {},
  });
  return {
    registry,
    store,
    coverage,
    passes,
    close: async () => {
      await registry.close();
      await store.close();
      await coverage.close();
      await passes.close();
      await pool?.close();
    },
  };
}

/** A node with something of everything, still running. Gives a pass that it withdrew and one that it did not. */
export async function fillNode(places: NodePlaces, log: readonly string[]) {
  const { dataDir } = places;
  await openKeyStore(places.keys).openRing('gateway', 'attestation', { nowS: NOW_S });
  const pin = { entity_id: actors.anchor.entityId, jwks: { keys: [actors.anchor.publicJwk] } };
  const anchor = { ...pin, registry: { ...pin, log_keys: [VERIFIER_KEY] } };
  writeFileSync(join(dataDir, 'anchor.json'), JSON.stringify(anchor));
  const node = await openNode(places);
  await node.registry.commit(async (draft) => {
    for (const jws of log) await draft.add(jws);
  });
  const watch = new StoreWatch({ open: async () => node.coverage, onChange: () => {} });
  const book = new CoverageBook({ store: watch, nowMs: () => NOW_S * 1000 });
  for (let scan = 0; scan < 3; scan += 1) book.counter.count(answerAt(NOW_S * 1000));
  await book.flush();
  await node.coverage.seal('gateway/440000', NOW_S, 5, () => 'a report');
  const [kept, withdrawn] = [await node.passes.take(NOW_S, BASIS, 'a'), await node.passes.take(NOW_S, BASIS, 'b')];
  await node.passes.withdraw(withdrawn);
  return { ...node, kept, withdrawn };
}

/** What a node holds, whichever database it is in. */
export async function contentOf(places: NodePlaces) {
  const node = await openNode(places);
  const head = await node.store.head();
  const lists = await node.passes.lists();
  const states = await Promise.all(lists.map((list) => node.passes.stateOf(list)));
  const sums = await node.coverage.sums({ afterMinute: -1, venueKind: 'each' });
  const taken = await Promise.all(lists.map((list) => node.passes.indexesOn(list, BASIS)));
  const content = {
    size: head.size,
    root: Buffer.from(head.root).toString('hex'),
    shown: sums.map(({ tally, ...name }) => ({ ...name, counts: tally.counts() })),
    reports: await node.coverage.reportsAfter('gateway/440000', { epoch: null, number: 0 }, 10),
    lists,
    states,
    taken: taken.map((indexes) => [...indexes].sort((a, b) => a - b)),
  };
  await node.close();
  return content;
}

export function backedUp(places: NodePlaces, file: string) {
  const parts = ['log', 'coverage', 'passes', 'keys'] as const;
  return backUp({ file, passphrase: PASSPHRASE, places, parts, program: '0.2.0', nowS: NOW_S, onProgress: () => {} });
}

/** Nobody answers. */
export const silence: FetchBytes = { get: () => Promise.reject(new Error('nobody answers')) };

export function restored(places: NodePlaces, file: string, more: Partial<RestoreJob> = {}) {
  return restore({
    file,
    passphrase: PASSPHRASE,
    places,
    parts: ['log', 'coverage', 'passes', 'keys'],
    checkOnly: false,
    moved: false,
    acceptLoss: false,
    unconfirmed: false,
    elsewhere: [],
    fetchBytes: silence,
    onProgress: () => {},
    ...more,
  });
}
