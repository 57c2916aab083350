import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Router } from 'express';
import type { Logger } from 'pino';
import { type AdapterFolderTexts, readAdapterTexts } from '../../adapters/adapter-folder.ts';
import { finishedProvinces, type ProvinceFolder } from '../../adapters/provinces/index.ts';
import { provincesWithVenues } from '../../adapters/sandbox/venues.ts';
import { ABROAD, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import { admissibleKeys, listedKeys } from '../authority/admissible-keys.ts';
import { writeDescription } from '../authority/entity-description.ts';
import { publishedKeys } from '../authority/init-entity.ts';
import type { Config } from '../compose/config.ts';
import { answerWith, openListener, type RunningNode } from '../compose/node.ts';
import type { NodeExtras, NodeParts, Siblings } from '../compose/node-parts.ts';
import { openLogger } from '../compose/open-logger.ts';
import { openOrClose } from '../compose/opened.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { openHttpDoor, type RegistryDoor } from '../registry/registry-door.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { openSandboxActors, type SandboxActors, sandboxOwner } from './actors.ts';
import { writeAnchorFile } from './anchor-file.ts';
import { operatorAccounts, playCeremony } from './ceremony.ts';
import { type SandboxChild, startSandbox } from './child.ts';
import { sandboxEntities } from './entities.ts';
import { sandboxEntityIds } from './entity-ids.ts';
import { mountSandbox, mountServerMetadata } from './http.ts';
import { mountSandboxKeys } from './http-keys.ts';
import { askedBy, MOSTLY_BY_NODE, type RouteOf } from './node-routes.ts';
import { postLocally } from './post-locally.ts';
import { followSubmitted, playedUpstreams, type SubmittedSystems } from './upstreams.ts';

const READY_WITHIN_MS = 30_000;

/** A node that plays the whole nation on one machine, with the simulated systems in a child process. */
export interface SandboxNode extends RunningNode {
  readonly child: SandboxChild;
}

/** What another process of the same sandbox has started, and the processes that this one joins. */
interface Running {
  readonly child: SandboxChild;
  readonly siblings?: Siblings;
}

/** How far the founding of the nation has come, and which provinces have an adapter in use. */
interface Phase {
  isOver: boolean;
  isInUse: (province: ProvinceCode) => boolean;
}

/** Starts the simulated systems of a sandbox, for one process or for all of its processes. */
export async function startProvinces(config: Config, nodeUrl: string): Promise<SandboxChild> {
  const keys = openKeyStore({ setting: config.keys, dataDir: config.dataDir });
  try {
    return await playProvinces(
      config,
      await openSandboxActors(keys, nodeUrl, provincesOf(finishedProvinces().finished)),
      nodeUrl,
    );
  } finally {
    keys.close();
  }
}

/**
 * Starts every role in this process, and enrols everybody whom it plays through the registry's public door. `running`:
 * the simulated systems that another process of the same sandbox has started, and the processes that this one then joins
 * behind one port.
 * `routeOf`: the ways that the adapters are registered with.
 */
export async function startSandboxNode(
  config: Config,
  { running = null, routeOf = MOSTLY_BY_NODE }: { readonly running?: Running | null; readonly routeOf?: RouteOf } = {},
): Promise<SandboxNode> {
  return await openOrClose((opened) => playNation(config, { running, routeOf }, opened));
}

async function playNation(
  config: Config,
  { running, routeOf }: { readonly running: Running | null; readonly routeOf: RouteOf },
  opened: AsyncDisposableStack,
): Promise<SandboxNode> {
  const listener = openListener(config);
  opened.defer(() => listener.abort());
  if (running === null) await listener.listen();
  const nodeUrl = config.entityId ?? listener.url;
  const { finished, unfinished } = finishedProvinces();
  const provinces = provincesOf(finished);
  const keys = openKeyStore({ setting: config.keys, dataDir: config.dataDir });
  opened.defer(() => keys.close());
  const actors = await openSandboxActors(keys, nodeUrl, provinces);
  const child = running?.child ?? (await playProvinces(config, actors, nodeUrl));
  if (running === null) opened.defer(async () => await child.stop());
  const descriptions = sandboxEntities(actors.base, provinces, child.ready);
  for (const description of descriptions) writeDescription(config.dataDir, description);
  const listKeys = child.ready.provinces[ABROAD]?.secrets['list_keys'];
  const log = await writeAnchorFile(config.dataDir, keys, actors, { nodeUrl, listKeys });
  const phase: Phase = { isOver: false, isInUse: () => false };
  const siblings = running?.siblings === undefined ? {} : { siblings: running.siblings };
  const submitted = running?.siblings === undefined ? new Map() : await followSubmitted(child.ready);
  const extras = { ...extrasOf(child, actors, nodeUrl, { phase, submitted }), ...siblings };
  const logger = openLogger(config);
  const node = await answerWith(listener, playedConfig(config, child, logger), extras);
  opened.defer(async () => {
    listener.abort();
    await node.node.close();
  });
  if (running !== null) await listener.listen();
  const { parts } = node.node;
  phase.isInUse = (province) => parts.registry.registry.current().adapters.has(province);
  await playCeremony({
    door: doorOf(parts, listener.url),
    actors,
    log,
    adapters: shippedAdapters().map((texts) => askedBy(routeOf, texts, sandboxEntityIds(actors.base))),
    entities: parts.trust.parties.map(({ description, federation, published }) => ({
      description,
      jwks: admissibleKeys(federation.publicKeys),
      published: listedKeys(publishedKeys(description, published), Math.floor(parts.nowMs() / 1000)),
    })),
    statementKeys: new Map(
      provinces.map((province) => [province, child.ready.provinces[province]?.statementKeys ?? []]),
    ),
    nowMs: Date.now,
    logger,
  });
  phase.isOver = true;
  await readyOrLate(node);
  parts.log.level = logger.level;
  for (const { folder, reason } of unfinished) {
    parts.log.warn({ folder, reason }, 'an adapter folder cannot be read and stays out of use');
  }
  return {
    ...node,
    child,
    close: async () => {
      await node.close();
      await opened.disposeAsync();
    },
  };
}

function provincesOf(folders: readonly ProvinceFolder[]): ProvinceCode[] {
  return folders.map(({ manifest }) => manifest.province);
}

async function playProvinces(config: Config, actors: SandboxActors, audience: string): Promise<SandboxChild> {
  const ids = sandboxEntityIds(actors.base);
  return await startSandbox({
    dataDir: config.dataDir,
    audience,
    servers: Object.fromEntries(provincesWithVenues().map((province) => [province, ids.server(province)])),
    entityIds: Object.fromEntries([...actors.provinces.keys()].map((province) => [province, ids.province(province)])),
    operators: operatorAccounts(actors),
  });
}

/** The settings that a sandbox brings itself. */
function playedConfig(config: Config, { ready }: SandboxChild, logger: Logger): Config {
  const { issuer, operatorClient } = ready.provider;
  return {
    ...config,
    // While a nation is being founded, parties that nobody has admitted yet, and a hundred events, are no news.
    logLevel: logger.isLevelEnabled('error') ? 'error' : config.logLevel,
    anchorFile: join(config.dataDir, 'anchor.json'),
    operatorProvider: {
      issuer,
      clientId: operatorClient.client_id,
      clientSecret: operatorClient.client_secret,
    },
    suppressedBelow: 1,
  };
}

function extrasOf(
  child: SandboxChild,
  actors: SandboxActors,
  url: string,
  { phase, submitted }: { readonly phase: Readonly<Phase>; readonly submitted: SubmittedSystems },
): NodeExtras {
  const { control } = child.ready;
  return {
    networks: LOOPBACK_ONLY,
    simulated: true,
    openUpstreams: (outgoing) => {
      const isInUse = (province: ProvinceCode) => phase.isInUse(province);
      const place = { base: actors.base, url, isInUse, submitted };
      const played = playedUpstreams(child, place, outgoing);
      // What ships has been checked before it shipped; what somebody submits later is tried against its system as well.
      return { ...played, testCodes: async (...about) => (phase.isOver ? await played.testCodes(...about) : null) };
    },
    mount: (router: Router, parts: NodeParts) => {
      const { cache } = parts.shared.open;
      const forgetProvince: typeof cache.forgetProvince = (province, kind) => cache.forgetProvince(province, kind);
      mountSandbox(router, { control, nodeUrl: parts.nodeUrl, dataDir: parts.config.dataDir, forgetProvince });
      mountServerMetadata(router, child.ready.servers);
      const actorOf = async (province: ProvinceCode) => {
        const known = actors.provinces.get(province);
        return known === undefined ? null : await parts.keys.openActor(sandboxOwner(province), known.entityId);
      };
      mountSandboxKeys(router, { control, actorOf, door: doorOf(parts, parts.nodeUrl) });
    },
  };
}

function doorOf({ registry: { registry } }: NodeParts, url: string): RegistryDoor {
  return openHttpDoor({ registry, post: postLocally(url), nowS: () => Math.floor(Date.now() / 1000) });
}

/** The shipped adapters as exact texts: what is registered is bytes. */
export function shippedAdapters(): AdapterFolderTexts[] {
  const root = join(import.meta.dirname, '../../adapters/provinces');
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => readAdapterTexts(join(root, name)));
}

/** A sandbox that is not ready in time goes on: what it lacks stands in `/readyz`. */
async function readyOrLate({ node }: RunningNode): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  while (!node.readiness().ready && performance.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
