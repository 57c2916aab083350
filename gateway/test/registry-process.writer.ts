import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openKeyStore } from '../keys/key-store.ts';
import { openLogSigner } from '../keys/log-signer.ts';
import type { GenesisRule } from '../registry/apply-entry.ts';
import { makeActor, NAME } from '../registry/registry.fixture.ts';
import { startFollower, startSite } from './registry-site.fixture.ts';

/**
 * A registry or a follower in a process of its own, to be killed by tests: `write <folder> <port>` prints its genesis, then
 * `logged <index>` for each acknowledged event; `follow <folder> <url> <genesis>` prints `at <size>` for each state in force.
 */
const nowS = () => Math.floor(Date.now() / 1000);

async function write(folder: string, port: number): Promise<void> {
  const keys = openKeyStore({ setting: null, dataDir: folder });
  const anchor = await keys.openActor('anchor', 'https://registry.example/anchor');
  const operator = await keys.openActor('operator', 'https://registry.example/operator');
  const logSigner = await openLogSigner(keys, 'registry', 'registry.example/log');
  const genesis: GenesisRule = {
    anchor: { entity_id: anchor.entityId, jwks: { keys: [anchor.publicJwk] } },
    logKeys: [logSigner.verifierKey],
  };
  const { registry } = await startSite({ folder, logSigner, genesis, nowS, port });
  await registry.commit(async (draft) => {
    if (draft.state.size > 0) return;
    const log = { origin: logSigner.origin, keys: [logSigner.verifierKey] };
    await draft.sign(anchor, 'registry_created', { name: NAME, jwks: { keys: [anchor.publicJwk] }, log });
    const jwks = { keys: [operator.publicJwk] };
    await draft.sign(anchor, 'entity_enrolled', { entity_id: operator.entityId, role: 'operator', name: NAME, jwks });
  });
  writeSync(1, `genesis ${JSON.stringify(genesis)}\n`);
  for (;;) {
    const { publicJwk: jwk } = await makeActor('more');
    const receipt = await registry.commit((draft) => draft.sign(operator, 'key_announced', { use: 'federation', jwk }));
    writeSync(1, `logged ${receipt?.index}\n`);
    // As many as a disk would take, so that what is gone through after each kill stays small on one that waits for nothing.
    await delay(10);
  }
}

async function follow(folder: string, url: string, genesis: GenesisRule): Promise<void> {
  const { registry, faults } = await startFollower({ folder, url, genesis, nowS });
  const tell = () => writeSync(1, `at ${registry.folded().size}\n`);
  tell();
  registry.onChange(tell);
  for (;;) {
    if (faults.length > 0) writeSync(1, `fault ${faults.at(-1)?.code}\n`);
    await delay(1_000);
  }
}

if (import.meta.main) {
  const [mode, folder = '', at = '', genesis = '{}'] = process.argv.slice(2);
  if (mode === 'write') await write(folder, Number(at));
  else await follow(folder, at, JSON.parse(genesis));
}
