import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import { type StartedProvince, startProvince } from '../../adapters/sandbox/start-province.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { RegistryEventBody } from '../../schemas/registry-event.ts';
import { admissibleKeys, listedKeys } from '../authority/admissible-keys.ts';
import { initEntity } from '../authority/init-entity.ts';
import { readConfig } from '../compose/config.ts';
import { type RunningNode, startNode } from '../compose/node.ts';
import type { NodeExtras } from '../compose/node-parts.ts';
import type { Upstreams } from '../compose/open-upstreams.ts';
import type { Actor } from '../keys/actor.ts';
import { openKeyStore, readActorFile } from '../keys/key-store.ts';
import { digestOf, parseManifest } from '../registry/manifest-text.ts';
import { openHttpDoor, type RegistryDoor } from '../registry/registry-door.ts';
import { sandboxSignerPath } from '../sandbox/actors.ts';
import { postLocally } from '../sandbox/post-locally.ts';
import { shippedAdapters } from '../sandbox/start.ts';
import { LOOPBACK_ONLY, type Networks } from '../upstream/networks.ts';
import type { Outgoing } from '../upstream/outgoing.ts';
import { freePort } from './free-port.ts';

/** A sandbox that plays the rest of the nation, and the address that its entities lie below. */
export interface RestOfNation {
  readonly url: string;
  readonly base: string;
  readonly dataDir: string;
}

/** A node of one province with keys and data of its own, beside a sandbox that plays everybody else. */
export interface ProvincialNode {
  readonly entityId: string;
  readonly province: ProvinceCode;
  readonly node: RunningNode;
  readonly dataDir: string;
  /** Events by whoever the sandbox plays, as this node sees them come into force. */
  readonly door: RegistryDoor;
  readonly stop: () => Promise<void>;
}

interface NodeTerms {
  readonly province: ProvinceCode;
  readonly kind: 'gateway' | 'issuer';
  /** Where others are told that it is; its own address unless somebody stands before it. */
  readonly entityId?: string;
  readonly networks?: Networks;
  /** The one system that it holds secrets of. */
  readonly system?: StartedProvince;
}

const nowS = () => Math.floor(Date.now() / 1000);

/** Starts a province's node, and has the province admit it. */
export async function startProvincialNode(nation: RestOfNation, terms: NodeTerms): Promise<ProvincialNode> {
  const { province, kind } = terms;
  const port = await freePort();
  const entityId = terms.entityId ?? `http://127.0.0.1:${port}`;
  const dataDir = mkdtempSync(join(tmpdir(), `huren-${kind}-`));
  const keys = openKeyStore({ setting: null, dataDir });
  const name = { zh: '测试', en: 'Test' };
  const superior = `${nation.base}/provinces/${province}`;
  const description = { entity_id: entityId, kind, name, superior, owner: kind, province };
  const { federation, published } = await initEntity(description, { dataDir, keys, nowS: nowS() });
  keys.close();
  const config = readConfig({
    HUREN_PORT: String(port),
    HUREN_ENTITY_ID: entityId,
    HUREN_DATA_DIR: dataDir,
    HUREN_LOG_LEVEL: 'fatal',
    HUREN_ROLES: kind === 'gateway' ? 'destination' : 'issuer',
    HUREN_ANCHOR_FILE: join(nation.dataDir, 'anchor.json'),
    HUREN_LOG_URL: nation.url,
  });
  const node = await startNode(config, extrasOf(terms));
  const { registry } = node.node.parts.registry;
  const door = openHttpDoor({ registry, post: postLocally(nation.url), nowS });
  const jwks = { keys: admissibleKeys(federation.publicKeys) };
  const body = { entity_id: entityId, kind, name, jwks, published: listedKeys(published, nowS()) };
  await door.submit(await actorOf(nation, province), { kind: 'subordinate_admitted', body });
  return {
    entityId,
    province,
    node,
    dataDir,
    door,
    stop: async () => {
      await node.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function extrasOf({ system, networks = LOOPBACK_ONLY }: NodeTerms): NodeExtras {
  const openUpstreams = ({ openUpstream }: Outgoing): Upstreams => ({
    accessOf: ({ province, upstream }) => {
      const held = system?.upstream.manifest.province === province ? system.announced : null;
      return {
        openClient: (limits) => openUpstream(limits, { origin: held?.origin ?? upstream.base_url }),
        secrets: () => held?.secrets ?? {},
      };
    },
    openNode: (limits, node) => openUpstream(limits, { origin: node }),
    testCodes: () => Promise.resolve(null),
  });
  return { networks, openUpstreams };
}

/** Somebody whom the sandbox plays: `anchor`, `operator-a`, `operator-b` or a province. */
export async function actorOf({ dataDir }: RestOfNation, name: string): Promise<Actor> {
  const actor = await readActorFile(sandboxSignerPath(dataDir, name));
  if (actor === null) throw new Error(`the sandbox plays no ${name}`);
  return actor;
}

/** Brings a changed manifest of a province into use, in full unless told: the next version, checked and twice approved. */
export async function registerChanged(
  nation: RestOfNation,
  { door }: Pick<ProvincialNode, 'door'>,
  province: ProvinceCode,
  changes: Partial<Manifest>,
  mode: RegistryEventBody<'adapter_activated'>['mode'] = { stage: 'full' },
): Promise<void> {
  const record = door.folded().adapters.get(province);
  const active = record?.versions.find(({ version }) => version === record.active);
  const before = active === undefined ? null : parseManifest(active.manifest);
  if (before === null || record === undefined) throw new Error(`${province} has no adapter in use`);
  const version = `1.0.${record.versions.length}`;
  const manifest = JSON.stringify({ ...before, ...changes, version });
  const scenarios = shippedAdapters().find((texts) => parseManifest(texts.manifest)?.province === province)?.scenarios;
  if (scenarios === undefined) throw new Error(`${province} ships no adapter`);
  const author = await actorOf(nation, province);
  const submission = { manifest, scenarios_digest: digestOf(scenarios) };
  await door.submit(author, { kind: 'adapter_submitted', body: submission, scenarios });
  const naming = { province, version, manifest_digest: digestOf(manifest) };
  for (const operator of ['operator-a', 'operator-b']) {
    await door.submit(await actorOf(nation, operator), { kind: 'adapter_approved', body: naming });
  }
  await door.submit(author, { kind: 'adapter_activated', body: { ...naming, mode } });
}

/** A simulated system of a province that no other node can reach. */
export interface OwnSystem extends StartedProvince {
  /** A code that nobody has asked about; one that has no record is the same each time. */
  readonly freshCode: (scenario: string) => string;
  readonly stop: () => void;
}

/** Starts it, with none of the sandbox's records in it. */
export async function startSystem(province: ProvinceCode): Promise<OwnSystem> {
  const folder = loadProvinces().find(({ manifest }) => manifest.province === province);
  if (folder === undefined) throw new Error(`${province} ships no adapter`);
  const keys = mkdtempSync(join(tmpdir(), 'huren-system-'));
  const started = await startProvince(folder, { keys, registered: true, issuer: null, nowMs: Date.now });
  const stop = () => {
    started.upstream.close();
    rmSync(keys, { recursive: true, force: true });
  };
  const freshCode = (scenario: string): string => {
    const found = started.codes.list(Date.now()).find((code) => code.scenario === scenario);
    if (found === undefined) throw new Error(`no ${scenario} of ${province}`);
    return found.record === null ? found.code : started.codes.post(found.record);
  };
  return { ...started, freshCode, stop };
}
