import { join } from 'node:path';
import type { AdapterFolderTexts } from '../../adapters/adapter-folder.ts';
import type { ReadyMessage } from '../../adapters/sandbox/protocol.ts';
import { PROVINCES, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { admissibleKeys, listedKeys } from '../authority/admissible-keys.ts';
import type { EntityDescription } from '../authority/entity-description.ts';
import { initEntity, publishedKeys } from '../authority/init-entity.ts';
import { readConfig } from '../compose/config.ts';
import type { Environment } from '../compose/config-reading.ts';
import { type RunningNode, startNode } from '../compose/node.ts';
import type { Actor } from '../keys/actor.ts';
import { openKeyStore, readActorFile } from '../keys/key-store.ts';
import { digestOf, parseManifest } from '../registry/manifest-text.ts';
import { openHttpDoor, type RegistryDoor } from '../registry/registry-door.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { sandboxSignerPath } from './actors.ts';
import { sandboxEntityIds } from './entity-ids.ts';
import { postLocally } from './post-locally.ts';
import { shippedAdapters } from './start.ts';
import { playedUpstreams } from './upstreams.ts';

/** A sandbox that runs already, in another process. `base`: what the identifiers of everybody in it lie below. */
export interface FoundedNation {
  readonly url: string;
  readonly base: string;
  readonly dataDir: string;
  readonly systems: ReadyMessage;
}

export interface SeparateIssuer {
  /** The provinces whose systems it asks from now on, in the sandbox's place. */
  readonly provinces: readonly ProvinceCode[];
  readonly dataDir: string;
  readonly port: number;
  /** Where others reach it, and what its identifiers lie below. */
  readonly publicUrl: string;
}

const READY_WITHIN_MS = 30_000;

const nowS = () => Math.floor(Date.now() / 1000);

/**
 * Starts an issuer node with keys and data of its own beside a running sandbox, has its provinces admit it, and registers
 * their adapters anew so that everybody asks by way of it alone. `env`: settings beside those that make it what it is.
 * Rejects where a step is refused.
 */
export async function startSeparateIssuer(
  nation: FoundedNation,
  issuer: SeparateIssuer,
  env: Environment = {},
): Promise<RunningNode> {
  const descriptions = issuer.provinces.map((province) => describedIssuer(nation, issuer, province));
  const keys = openKeyStore({ setting: null, dataDir: issuer.dataDir });
  const terms = { dataDir: issuer.dataDir, keys, nowS: nowS() };
  for (const description of descriptions) await initEntity(description, terms);
  keys.close();
  const child = { ready: nation.systems, stop: async () => {} };
  const node = await startNode(readConfig({ ...env, ...settingsOf(nation, issuer) }, { sandbox: true }), {
    networks: LOOPBACK_ONLY,
    simulated: true,
    openUpstreams: (outgoing) =>
      playedUpstreams(child, { ...nation, isInUse: () => true, submitted: new Map() }, outgoing),
  });
  try {
    await enrol(nation, issuer, node);
    await untilReady(node);
    return node;
  } catch (error) {
    await node.close();
    throw error;
  }
}

function describedIssuer(
  { base }: FoundedNation,
  { publicUrl }: SeparateIssuer,
  province: ProvinceCode,
): EntityDescription {
  const { zh, en } = PROVINCES[province];
  return {
    entity_id: issuerId(publicUrl, province),
    kind: 'issuer',
    name: { zh: `${zh}独立签发节点（沙箱）`, en: `${en} separate issuer (sandbox)` },
    superior: sandboxEntityIds(base).province(province),
    owner: province,
    province,
  };
}

function issuerId(publicUrl: string, province: ProvinceCode): string {
  return sandboxEntityIds(publicUrl).issuer(province);
}

function settingsOf(nation: FoundedNation, { dataDir, port, publicUrl }: SeparateIssuer): Environment {
  return {
    HUREN_PORT: String(port),
    HUREN_ENTITY_ID: publicUrl,
    HUREN_DATA_DIR: dataDir,
    HUREN_ROLES: 'issuer',
    HUREN_LOG_URL: nation.url,
    HUREN_ANCHOR_FILE: join(nation.dataDir, 'anchor.json'),
  };
}

async function enrol(nation: FoundedNation, { provinces, publicUrl }: SeparateIssuer, node: RunningNode) {
  const { registry, trust } = node.node.parts;
  const door = openHttpDoor({ registry: registry.registry, post: postLocally(nation.url), nowS });
  const operators = [await actorOf(nation, 'operator-a'), await actorOf(nation, 'operator-b')];
  for (const { description, federation, published } of trust.parties) {
    const { entity_id, kind, name, province } = description;
    if (kind !== 'issuer' || province === undefined) continue;
    const body = {
      entity_id,
      kind,
      name,
      jwks: { keys: admissibleKeys(federation.publicKeys) },
      published: listedKeys(publishedKeys(description, published), nowS()),
    };
    await door.submit(await actorOf(nation, province), { kind: 'subordinate_admitted', body });
  }
  for (const texts of shippedAdapters()) {
    const manifest = parseManifest(texts.manifest);
    if (manifest === null || !provinces.includes(manifest.province)) continue;
    const author = await actorOf(nation, manifest.province);
    await registerAnew(door, { author, operators }, texts, askedBy(manifest, issuerId(publicUrl, manifest.province)));
  }
}

async function actorOf({ dataDir }: FoundedNation, name: string): Promise<Actor> {
  const actor = await readActorFile(sandboxSignerPath(dataDir, name));
  if (actor === null) throw new Error(`the sandbox has no keys of ${name}`);
  return actor;
}

/** The next version of a shipped manifest, which names the node and no way round it. */
function askedBy(manifest: Manifest, node: string): Manifest {
  const [major = '1', minor = '0', patch = '0'] = manifest.version.split('.');
  return { ...manifest, version: `${major}.${minor}.${Number(patch) + 1}`, node, route: ['node'] };
}

async function registerAnew(
  door: RegistryDoor,
  { author, operators }: { readonly author: Actor; readonly operators: readonly Actor[] },
  { scenarios }: AdapterFolderTexts,
  { province, version, ...rest }: Manifest,
): Promise<void> {
  const manifest = `${JSON.stringify({ province, version, ...rest }, null, 2)}\n`;
  const manifest_digest = digestOf(manifest);
  const naming = { province, version, manifest_digest };
  const body = { manifest, scenarios_digest: digestOf(scenarios) };
  await door.submit(author, { kind: 'adapter_submitted', body, scenarios });
  for (const operator of operators) await door.submit(operator, { kind: 'adapter_approved', body: naming });
  await door.submit(author, { kind: 'adapter_activated', body: { ...naming, mode: { stage: 'full' } } });
}

async function untilReady({ node }: RunningNode): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  while (!node.readiness().ready) {
    if (performance.now() > untilMs) throw new Error(`the issuer is not ready: ${node.readiness().reasons.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
