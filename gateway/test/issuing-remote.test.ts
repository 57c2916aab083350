import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemSchema } from '../../schemas/problem.ts';
import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import { admissibleKeys, listedKeys } from '../authority/admissible-keys.ts';
import { initEntity } from '../authority/init-entity.ts';
import { readConfig } from '../compose/config.ts';
import { type RunningNode, startNode } from '../compose/node.ts';
import { openKeyStore, readActorFile } from '../keys/key-store.ts';
import { openHttpDoor } from '../registry/registry-door.ts';
import { sandboxSignerPath } from '../sandbox/actors.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { freePort } from './free-port.ts';
import { BY_NODE, type OverheardNation, SIGNING, startOverheardNation, verdict } from './overheard-nation.ts';
import { scanBeside } from './venue-beside.ts';

const nowS = () => Math.floor(Date.now() / 1000);

// One story: who was removed stays so.
describe('a gateway on another node', { shuffle: false }, () => {
  let overheard: OverheardNation;
  let folder: string;
  let remote: RunningNode;

  beforeAll(async () => {
    overheard = await startOverheardNation();
    const { between, nation } = overheard;
    folder = mkdtempSync(join(tmpdir(), 'huren-destination-'));
    const port = await freePort();
    const keys = openKeyStore({ setting: null, dataDir: folder });
    const description = {
      entity_id: `http://127.0.0.1:${port}`,
      kind: 'gateway' as const,
      name: { zh: '测试', en: 'Test' },
      superior: `${between.url}/provinces/410000`,
      owner: 'gateway',
      province: '410000' as const,
    };
    const { federation, published } = await initEntity(description, { dataDir: folder, keys, nowS: nowS() });
    keys.close();
    const env = {
      HUREN_PORT: String(port),
      HUREN_DATA_DIR: folder,
      HUREN_LOG_LEVEL: 'error',
      HUREN_ROLES: 'destination',
    };
    const anchor = join(nation.dataDir, 'anchor.json');
    const config = readConfig({ ...env, HUREN_ANCHOR_FILE: anchor, HUREN_LOG_URL: nation.url });
    remote = await startNode(config, { networks: LOOPBACK_ONLY });
    const { entity_id, kind, name } = description;
    await submit('subordinate_admitted', {
      entity_id,
      kind,
      name,
      jwks: { keys: admissibleKeys(federation.publicKeys) },
      published: listedKeys(published, nowS()),
    });
  });
  afterAll(async () => {
    await remote.close();
    await overheard.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** In the name of Henan, whose gateway it is. */
  async function submit<K extends RegistryEventKind>(kind: K, body: RegistryEventBody<K>): Promise<void> {
    const { nation } = overheard;
    const actor = await readActorFile(sandboxSignerPath(nation.dataDir, '410000'));
    if (actor === null) throw new Error('the sandbox has no such province');
    const door = openHttpDoor({
      registry: remote.node.parts.registry.registry,
      post: async (path, document) => {
        const headers = { 'content-type': 'application/json' };
        const reply = await fetch(`${nation.url}${path}`, { method: 'POST', headers, body: JSON.stringify(document) });
        return { status: reply.status, text: await reply.text() };
      },
      nowS,
    });
    await door.submit(actor, { kind, body });
  }

  const scan = (code: string) => scanBeside(remote, '410000', code);

  test('is not answered, or holds a secret of the province that it asks', async () => {
    const reply = await scan(await overheard.freshCode(BY_NODE, 'green'));
    expect([reply.status, reply.decision, reply.assurance]).toEqual(['green', 'pass', 'node-signed']);
    expect((await verdict(reply, remote.url)).verified).toBe(true);
    const signed = await scan(await overheard.freshCode(SIGNING, 'red'));
    expect([signed.status, signed.decision, signed.assurance]).toEqual(['red', 'restrict', 'province-signed']);
    expect((await verdict(signed, remote.url)).verified).toBe(true);
    // Where there is no node to ask, it has nothing to log in with.
    expect((await scan(await overheard.freshCode('140000', 'green'))).status).toBe('indeterminate');
  });

  test('is answered after its province has removed it, with the token that it had before', async () => {
    expect((await scan(await overheard.freshCode(BY_NODE, 'green'))).status).toBe('green');
    await submit('subordinate_removed', { entity_id: remote.url });
    const heard = overheard.between.questions.length;
    const { status, reasons } = await scan(await overheard.freshCode(BY_NODE, 'green'));
    expect([status, reasons.map(({ code }) => code)]).toEqual(['indeterminate', ['issuer_unavailable']]);
    expect(
      overheard.between.questions.slice(heard).map(({ reply }) => problemSchema.parse(JSON.parse(reply)).code),
    ).toEqual(['node_not_admitted']);
  });
});
