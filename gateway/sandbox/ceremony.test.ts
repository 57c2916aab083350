import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AdapterFolderTexts } from '../../adapters/adapter-folder.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { openLogSigner } from '../keys/log-signer.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { permitCheck } from '../policy/mandates.ts';
import { openLocalDoor } from '../registry/local-door.ts';
import { adapterTexts, HENAN, HENAN_2, NOW_S, snapshotKeyIn } from '../registry/registry.fixture.ts';
import { WritableRegistry } from '../registry/writable-registry.ts';
import { openSandboxActors } from './actors.ts';
import { playCeremony } from './ceremony.ts';

const DAY_S = 86_400;
const logger = pino({ level: 'silent' });
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'huren-ceremony-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

/** One start of the sandbox at a time, at an address, with the folders of then. */
async function start(
  adapters: readonly AdapterFolderTexts[],
  { nowS = NOW_S, url = 'http://127.0.0.1:8080' } = {},
  then: (
    registry: WritableRegistry,
    actors: Awaited<ReturnType<typeof openSandboxActors>>,
  ) => Promise<void> = async () => {},
) {
  const keys = openKeyStore({ setting: null, dataDir });
  const actors = await openSandboxActors(keys, url, ['410000', '460000']);
  const logSigner = await openLogSigner(keys, 'registry', 'sandbox/log');
  const registry = await WritableRegistry.open({
    store: openSqliteStore(join(dataDir, 'log.sqlite')),
    logSigner,
    snapshotPath: join(dataDir, 'snapshot.json'),
    snapshotKey: await snapshotKeyIn(dataDir),
    checkpointPath: join(dataDir, 'last-checkpoint.txt'),
    genesis: {
      anchor: { entity_id: actors.anchor.entityId, jwks: { keys: [actors.anchor.publicJwk] } },
      logKeys: null,
    },
    nowS: () => nowS,
    onFault: () => {},
    onListenerFault: () => {},
  });
  const check = { production: false, nowMs: () => nowS * 1000, live: null };
  const door = openLocalDoor({ registry, registrar: actors.registrar, check }, () => nowS);
  const nobody = { entities: [], statementKeys: new Map() };
  await playCeremony({ door, actors, log: logSigner, adapters, ...nobody, nowMs: () => nowS * 1000, logger });
  await then(registry, actors);
  await registry.close();
  return { folded: registry.folded(), state: registry.current(), anchor: actors.anchor.entityId };
}

const special = (nowS: number) => {
  return { region: '440106', venueKind: 'hospital', purpose: 'medical_visit', nowMs: nowS * 1000 } as const;
};

test('a second start does everything again, or under other names on another port', async () => {
  const first = await start([HENAN]);
  expect(first.state.adapters.get('410000')).toMatchObject({ stage: 'active' });
  expect(first.state.policyOf('460000').policy.id).toBe('sandbox-460000');
  const second = await start([HENAN], { url: 'http://127.0.0.1:9090' });
  expect([second.folded.size, second.anchor]).toEqual([first.folded.size, 'http://127.0.0.1:8080/anchor']);
});

test('a new version in a folder is not taken up, or an older one takes its place', async () => {
  await start([HENAN]);
  const second = await start([HENAN_2]);
  expect(second.state.adapters.get('410000')?.manifest.version).toBe('2.0.0');
  const third = await start([HENAN]);
  expect(third.state.adapters.get('410000')?.manifest.version).toBe('2.0.0');
});

test('a manifest that changed without a new version is used unchecked and unapproved', async () => {
  const warn = vi.spyOn(logger, 'warn');
  const first = await start([HENAN]);
  const second = await start([{ ...HENAN, manifest: `${HENAN.manifest}\n` }]);
  expect(second.folded.size).toBe(first.folded.size);
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});

test('an adapter that the kit fails is put to use', async () => {
  const scenarios = HENAN.scenarios.replaceAll('"decision": "pass"', '"decision": "restrict"');
  const { folded, state } = await start([{ ...HENAN, scenarios }, adapterTexts('460000-hainan')]);
  expect(folded.adapters.get('410000')?.versions[0]?.check).toMatchObject({ passed: false });
  expect([...state.adapters.keys()]).toEqual(['460000']);
});

test('a suspension, a revoked mandate or a roll-back is undone by a restart', async () => {
  await start([HENAN], {}, async (registry, { operators: [operator], anchor }) => {
    await registry.commit(async (draft) => {
      await draft.sign(operator, 'adapter_suspended', { province: '410000', reason: 'misuse' });
      await draft.sign(anchor, 'mandate_revoked', { mandate_id: 'sandbox-special-venues' });
    });
  });
  const { state } = await start([HENAN], { nowS: NOW_S + 60 });
  expect(state.adapters.get('410000')?.stage).toBe('suspended');
  expect(permitCheck(state.mandates, special(NOW_S + 60))).toBeNull();
});

test('a sandbox that is started every month runs out of mandates, or revives the lapsed one', async () => {
  for (let month = 0; month < 4; month += 1) {
    const nowS = NOW_S + month * 25 * DAY_S;
    const { state, folded } = await start([HENAN], { nowS });
    expect(permitCheck(state.mandates, special(nowS))).not.toBeNull();
    expect(permitCheck(state.mandates, { ...special(nowS), venueKind: 'hotel', region: '460105' })).toBeNull();
    expect(folded.mandates.size).toBe(3 + month * 2);
  }
});
