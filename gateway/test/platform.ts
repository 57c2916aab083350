import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admissibleKeys, listedKeys } from '../authority/admissible-keys.ts';
import type { EntityDescription } from '../authority/entity-description.ts';
import { initEntity } from '../authority/init-entity.ts';
import { type Config, readConfig } from '../compose/config.ts';
import { type RunningNode, startNode } from '../compose/node.ts';
import type { Actor } from '../keys/actor.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { openLogSigner, REGISTRY_OWNER } from '../keys/log-signer.ts';
import type { PostJson, RegistryDoor } from '../registry/registry-door.ts';
import { openHttpDoor } from '../registry/registry-door.ts';
import { postLocally } from '../sandbox/post-locally.ts';
import { makeParty, type Party } from '../trust/federation.fixture.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { freePort } from './free-port.ts';

const NAME = { zh: '测试', en: 'Test' };
const PROVINCE = '410000';

/** A national platform and one province with its gateway and its venues' authorization servers, in one node of no sandbox. */
export interface Platform {
  readonly node: RunningNode;
  readonly url: string;
  readonly dataDir: string;
  readonly anchor: Actor;
  readonly province: Actor;
  readonly gatewayId: string;
  /** The province's authorization server: what its tokens are signed with; and another one of the same province. */
  readonly server: Party;
  readonly secondServer: Party;
  /** A door of its own into the node's registry, over HTTP. */
  readonly openDoor: (post?: PostJson) => RegistryDoor;
  /** Makes the registry, and admits the province with its gateway and its authorization server. */
  readonly admit: () => Promise<void>;
  /** Starts the node again on what it has kept; `anchorFile`: whom it then believes, if not its own anchor. */
  readonly restart: (anchorFile?: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const nowS = () => Math.floor(Date.now() / 1000);

/** Starts a platform whose registry is empty yet. */
export async function startPlatform(
  config: Partial<Config> = {},
  /** Where the second authorization server wants to be asked about tokens. */
  introspectionEndpoint?: string,
): Promise<Platform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'huren-platform-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const own = join(dataDir, 'anchor.json');
  const env = { HUREN_PORT: new URL(url).port, HUREN_DATA_DIR: dataDir, HUREN_LOG_LEVEL: 'fatal' };
  const server = await makeParty(`${url}/venues`, 'tokens');
  const secondServer = await makeParty(`${url}/schools`, 'tokens');
  const descriptions = describedAt(url, [server, secondServer], introspectionEndpoint);
  const keys = openKeyStore({ setting: null, dataDir });
  for (const description of descriptions) await initEntity(description, { dataDir, keys, nowS: nowS() });
  const { anchor, province } = await actorsOf(url, keys);
  const { publicKeys } = await keys.openRing('anchor', 'federation', { nowS: nowS() });
  const { origin, verifierKey } = await openLogSigner(keys, REGISTRY_OWNER, `${new URL(url).host}/log`);
  const log = { origin, keys: [verifierKey] };
  const registry = { entity_id: anchor.entityId, jwks: { keys: [anchor.publicJwk] }, log_keys: log.keys };
  writeFileSync(own, JSON.stringify({ entity_id: anchor.entityId, jwks: { keys: publicKeys }, registry }));
  const start = (file: string) =>
    startNode({ ...readConfig({ ...env, HUREN_ANCHOR_FILE: file }), ...config }, { networks: LOOPBACK_ONLY });
  let node = await start(own);
  const openDoor: Platform['openDoor'] = (post = postLocally(url)) =>
    openHttpDoor({ registry: node.node.parts.registry.registry, post, nowS });
  return {
    get node() {
      return node;
    },
    url,
    dataDir,
    anchor,
    province,
    gatewayId: `${url}/gateway`,
    server,
    secondServer,
    openDoor,
    admit: async () => {
      const door = openDoor();
      const jwks = { keys: [anchor.publicJwk] };
      await door.submit(anchor, { kind: 'registry_created', body: { name: NAME, jwks, log } });
      const entity_id = province.entityId;
      const enrolment = { entity_id, role: 'province' as const, province: PROVINCE, name: NAME } as const;
      await door.submit(anchor, {
        kind: 'entity_enrolled',
        body: { ...enrolment, jwks: { keys: [province.publicJwk] } },
      });
      // The province first, since it admits its gateway.
      for (const { entity_id: id, kind, venue_kinds, regions } of descriptions) {
        const party = node.node.parts.trust.parties.find(({ description }) => description.entity_id === id);
        if (party === undefined || kind === 'anchor') continue;
        const place = kind === 'province' ? ({ province: PROVINCE } as const) : {};
        const venues = venue_kinds === undefined || regions === undefined ? {} : { venue_kinds, regions };
        const body = {
          entity_id: id,
          kind,
          name: NAME,
          jwks: { keys: admissibleKeys(party.federation.publicKeys) },
          ...(kind === 'gateway' ? { published: listedKeys(party.published?.publicKeys ?? [], nowS()) } : {}),
          ...place,
          ...venues,
        };
        await door.submit(kind === 'province' ? anchor : province, { kind: 'subordinate_admitted', body });
      }
    },
    restart: async (file = own) => {
      await node.close();
      node = await start(file);
    },
    stop: async () => {
      await node.close();
      keys.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function describedAt(url: string, servers: readonly Party[], introspectionEndpoint?: string): EntityDescription[] {
  const anchor = `${url}/anchor`;
  const province = `${url}/henan`;
  return [
    { entity_id: anchor, kind: 'anchor', name: NAME, superior: null, owner: 'anchor' },
    { entity_id: province, kind: 'province', name: NAME, superior: anchor, owner: 'henan', province: PROVINCE },
    {
      entity_id: `${url}/gateway`,
      kind: 'gateway',
      name: NAME,
      superior: province,
      owner: 'gateway',
      province: PROVINCE,
    },
    ...servers.map(
      ({ entityId, jwk }, index): EntityDescription => ({
        entity_id: entityId,
        kind: 'authorization_server',
        name: NAME,
        superior: province,
        owner: entityId.slice(url.length + 1),
        province: PROVINCE,
        published_jwks: admissibleKeys([jwk]),
        token_endpoint: `${url}/token`,
        ...(introspectionEndpoint === undefined || index === 0
          ? {}
          : { introspection_endpoint: introspectionEndpoint }),
        venue_kinds: ['hospital', 'school'],
        regions: ['4101', '4102'],
      }),
    ),
  ];
}

async function actorsOf(url: string, keys: ReturnType<typeof openKeyStore>) {
  return {
    anchor: await keys.openActor('anchor', `${url}/anchor`),
    province: await keys.openActor('henan', `${url}/henan`),
  };
}
