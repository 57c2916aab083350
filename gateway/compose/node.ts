import type { Logger } from 'pino';
import { logOpenFiles } from '../access/open-file-limit.ts';
import { OperatorLogin, SESSION_LIFETIME_MS } from '../access/operator-login.ts';
import { CookieSeal } from '../access/sealed-cookie.ts';
import { readDescriptions } from '../authority/entity-description.ts';
import type { Handover } from '../authority/handover.ts';
import { isActiveInLog } from '../authority/logged-keys.ts';
import { createMetrics, type Metrics } from '../coverage/metrics.ts';
import { openDeviationGauge } from '../coverage/policy-deviations.ts';
import { openSignals } from '../coverage/signals.ts';
import { type KeyStore, openKeyStore } from '../keys/key-store.ts';
import { openLocalDoor } from '../registry/local-door.ts';
import { openHttpDoor, type PostJson } from '../registry/registry-door.ts';
import { openRegistryMetrics } from '../registry/registry-metrics.ts';
import type { SubmissionParts } from '../registry/submit-event.ts';
import type { PostgresPool } from '../stores/postgres-pool.ts';
import { openRemoteStatements } from '../trust/remote-statements.ts';
import { trustCaFile } from '../upstream/ca-file.ts';
import type { GuardedFetch } from '../upstream/guarded-fetch.ts';
import { networksOf } from '../upstream/networks.ts';
import { openOutgoing, REFUSALS } from '../upstream/outgoing.ts';
import { createApp } from './app.ts';
import { watchChains } from './chain-watch.ts';
import { type Config, ConfigError } from './config.ts';
import { createListener, type Listener } from './listener.ts';
import type { NodeExtras, NodeParts, Role } from './node-parts.ts';
import { openFollowedRegistry } from './open-followed-registry.ts';
import { openLogger } from './open-logger.ts';
import { type OpenRegistry, openRegistry } from './open-registry.ts';
import { openShared } from './open-shared.ts';
import { openStores } from './open-stores.ts';
import { openUpstreams } from './open-upstreams.ts';
import { openPassDesk, type PassDesk } from './pass-desk.ts';
import { type PinnedAnchor, readAnchor } from './read-anchor.ts';
import { openReadiness } from './readiness.ts';
import { type AuthorityRole, openAuthority, openHandover } from './roles/authority.ts';
import { type DestinationRole, openDestination } from './roles/destination.ts';
import { type IssuerRole, openIssuer } from './roles/issuer.ts';
import { openMonitor } from './roles/monitor.ts';
import { openRegistryRole, openWriting } from './roles/registry.ts';
import { openTrust } from './trust.ts';

const HANDOVER_LOOK_MS = 1_000;
/** As long as the registry may take to try a submission against its upstream. */
const SUBMIT_WITHIN_MS = 15_000;

/** Everything that a running node is made of. Composed here and nowhere else. */
export interface Node {
  readonly parts: NodeParts;
  readonly roles: readonly Role[];
  /** Null where this node answers no venues. */
  readonly destination: DestinationRole | null;
  /** Null: no provider is set for operators. */
  readonly operators: OperatorLogin | null;
  readonly readiness: () => { readonly ready: boolean; readonly reasons: readonly string[] };
  /** Brings what is read at each scrape up to date. */
  readonly collect: (metrics: Metrics) => void;
  readonly close: () => Promise<void>;
}

/** A node that answers. `close` stops taking requests, lets those under way finish, and stops what it started. */
export interface RunningNode {
  readonly url: string;
  readonly node: Node;
  readonly close: () => Promise<void>;
}

/** Starts a node with the roles that its settings name. Throws ConfigError where a setting makes that impossible. */
export async function startNode(config: Config, extras: NodeExtras = {}): Promise<RunningNode> {
  const listener = openListener(config);
  await listener.listen();
  return await answerWith(listener, config, extras);
}

/** As `startNode`, for one of several processes behind one address: it is sent requests the moment it listens. */
export async function joinNode(config: Config, extras: NodeExtras = {}): Promise<RunningNode> {
  const listener = openListener(config);
  const running = await answerWith(listener, config, extras);
  try {
    await listener.listen();
    return running;
  } catch (error) {
    await running.node.close();
    throw error;
  }
}

/** A listener of a process that trusts whom its settings name. The first thing that any process of a node does. */
export function openListener(config: Config): ReturnType<typeof createListener> {
  trustCaFile(config.caFile);
  return createListener(config, openLogger(config));
}

/** Composes a node behind a listener. On a fault what was opened is closed again. */
export async function answerWith(listener: Listener, config: Config, extras: NodeExtras): Promise<RunningNode> {
  try {
    const node = await createNode(config, config.entityId ?? listener.url, listener.isDraining, extras);
    listener.answer(createApp(node));
    return {
      url: listener.url,
      node,
      close: async () => {
        for (const role of node.roles) role.drain?.();
        await listener.drain();
        await node.close();
      },
    };
  } catch (error) {
    listener.abort();
    throw error;
  }
}

async function createNode(
  config: Config,
  nodeUrl: string,
  isDraining: () => boolean,
  extras: NodeExtras,
): Promise<Node> {
  const opened = await openParts(config, nodeUrl, extras);
  const { parts, passes } = opened;
  const submission = await openWriting(parts);
  const authority = await openAuthorityRole(parts, submission);
  const handover = openHandover(parts, async (configuration) => await authority?.take(configuration));
  opened.gateWith(handover);
  const destination = config.roles.has('destination') ? openDestination(parts, passes) : null;
  const issuer = config.roles.has('issuer') ? openIssuer(parts) : null;
  const roles = [
    ...(destination === null ? [] : [destination]),
    ...(issuer === null ? [] : [issuer]),
    openRegistryRole(parts, submission),
    ...(authority === null ? [] : [authority]),
    ...(destination === null && !config.roles.has('monitor') ? [] : [openMonitor(parts)]),
  ];
  const chains = watchChains({ trust: parts.trust, metrics: parts.metrics.registry, log: parts.log });
  const looking = setInterval(() => void handover.look(), HANDOVER_LOOK_MS).unref();
  return {
    parts,
    roles,
    destination,
    operators: openOperators(parts),
    readiness: openReadiness({ config, parts, roles, chains, isDraining }),
    collect: (metrics) => collect(metrics, parts, [issuer, destination]),
    close: async () => {
      clearInterval(looking);
      chains.stop();
      await Promise.all(roles.map((role) => role.close()));
      await opened.close();
    },
  };
}

/** The door of an authority: its own registry's, or over the network to the one that is followed. */
async function openAuthorityRole(parts: NodeParts, submission: SubmissionParts | null): Promise<AuthorityRole | null> {
  const { config, registry, documents } = parts;
  if (!config.roles.has('authority')) return null;
  const nowS = () => Math.floor(parts.nowMs() / 1000);
  if (submission !== null) return await openAuthority(parts, openLocalDoor(submission, nowS));
  const { logUrl } = config;
  if (logUrl === null) return null;
  const post: PostJson = async (path, body) => {
    const sent = { mediaType: 'application/json', body: JSON.stringify(body) };
    const { status, bytes } = await documents.below(logUrl).post(path, sent, { timeoutMs: SUBMIT_WITHIN_MS });
    return { status, text: Buffer.from(bytes).toString('utf8') };
  };
  return await openAuthority(parts, openHttpDoor({ registry: registry.registry, post, nowS }));
}

interface OpenedParts {
  readonly parts: NodeParts;
  /** From now on federation keys are put to use as this says. */
  readonly gateWith: (handover: Handover) => void;
  readonly passes: PassDesk;
  readonly close: () => Promise<void>;
}

interface RegistryParts {
  readonly keys: KeyStore;
  readonly database: PostgresPool | null;
  readonly documents: GuardedFetch;
  readonly nodeUrl: string;
  readonly pinned: PinnedAnchor | null;
  readonly log: Logger;
}

/** The registry that this node writes, or the one that it follows. Throws ConfigError. */
async function openEitherRegistry(config: Config, parts: RegistryParts): Promise<OpenRegistry> {
  const { keys, database, documents, nodeUrl, pinned, log } = parts;
  const { logUrl } = config;
  if (logUrl === null) {
    const written = await openRegistry(config, { keys, database }, nodeUrl, pinned?.registry ?? null, log);
    return { registry: written.registry, store: written.store, written };
  }
  if (pinned === null)
    throw new ConfigError('HUREN_ANCHOR_FILE: must be set with HUREN_LOG_URL: it says whose log to believe');
  const followed = await openFollowedRegistry({
    config,
    database,
    logUrl,
    keys,
    anchor: pinned,
    fetchBytes: documents,
    logger: log,
  });
  return { ...followed, written: null };
}

async function openParts(config: Config, nodeUrl: string, extras: NodeExtras): Promise<OpenedParts> {
  const log = openLogger(config);
  logOpenFiles(log);
  const metrics = createMetrics();
  const nowMs = Date.now;
  const nowS = () => Math.floor(nowMs() / 1000);
  const pinned = readAnchor(config.anchorFile);
  const keys = openKeyStore({ setting: config.keys, dataDir: config.dataDir });
  const stores = openStores(config, log);
  const outgoing = openOutgoing({
    networks: extras.networks ?? networksOf(config.networks),
    onRefused: ({ host, reason }) => log.warn({ host }, REFUSALS[reason]),
    nowMs,
  });
  const { documents } = outgoing;
  const registry = await openEitherRegistry(config, {
    keys,
    database: stores.database,
    documents,
    nodeUrl,
    pinned,
    log,
  });
  const gateways: { current: NodeParts['trust']['gateways'] } = { current: new Map() };
  const passes = openPassDesk(stores.passes, () => gateways.current, nowS);
  const gate: { handover: Handover | null } = { handover: null };
  const trust = await openTrust({
    dataDir: config.dataDir,
    keys,
    descriptions: readDescriptions(config.dataDir),
    pinned,
    registry: registry.registry,
    remote: openRemoteStatements(documents.getText),
    statusLists: passes.statusLists,
    mayActivate: ({ entity_id, kind }, kid) =>
      kind === 'anchor'
        ? isActiveInLog({ folded: () => registry.registry.folded() }, entity_id, 'federation', kid)
        : (gate.handover?.mayActivate(entity_id, kid) ?? false),
    nowS,
    onKeyFault: (error) => log.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'keys unusable'),
  });
  gateways.current = trust.gateways;
  const upstreams = extras.openUpstreams?.(outgoing) ?? openUpstreams(config, outgoing, log);
  const shared = openShared({ config, stores, metrics, log, nowMs, onInvalidated: trust.forgetKey });
  openRegistryMetrics(metrics.registry, registry.registry);
  openDeviationGauge(metrics, () => registry.registry.current(), nowMs);
  const signals = openSignals(metrics, log, nowMs);
  return {
    parts: {
      config,
      nodeUrl,
      keys,
      log,
      metrics,
      registry,
      trust,
      shared,
      signals,
      documents,
      upstreams,
      extras,
      nowMs,
    },
    passes,
    gateWith: (handover) => {
      gate.handover = handover;
    },
    close: async () => {
      trust.close();
      await Promise.all([outgoing.close(), registry.registry.close(), shared.close()]);
      await stores.close();
      keys.close();
    },
  };
}

function openOperators({ config, nodeUrl, documents: { fetch }, shared, nowMs }: NodeParts): OperatorLogin | null {
  const { operatorProvider: provider } = config;
  if (provider === null) return null;
  const seal = new CookieSeal(config.cacheSecret);
  const ended = shared.seenOnce('session', SESSION_LIFETIME_MS);
  return new OperatorLogin({ provider, gatewayId: nodeUrl, fetch, seal, ended, nowMs });
}

function collect(
  metrics: Metrics,
  { trust, nowMs }: NodeParts,
  asking: readonly (IssuerRole | DestinationRole | null)[],
): void {
  const order = { closed: 0, 'half-open': 1, open: 2 } as const;
  for (const { province, state } of asking.flatMap((role) => role?.provinces.breakerStates() ?? [])) {
    metrics.breakerState.set({ province }, order[state]);
  }
  metrics.keyExpirySeconds.reset();
  for (const [entity, ring] of trust.rings) {
    for (const { kid, expiresS, state } of ring.keys) {
      if (state !== 'revoked' && expiresS !== null)
        metrics.keyExpirySeconds.set({ entity, kid }, expiresS - nowMs() / 1000);
    }
  }
}
