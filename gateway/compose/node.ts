import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { OperatorLogin } from '../access/operator-login.ts';
import type { Metrics } from '../coverage/metrics.ts';
import { openTelemetry } from '../telemetry/open-telemetry.ts';
import { trustCaFile } from '../upstream/ca-file.ts';
import { createApp } from './app.ts';
import { becomesReady } from './becomes-ready.ts';
import { watchChains } from './chain-watch.ts';
import { compareWithOthers } from './compare-with-others.ts';
import type { Config } from './config.ts';
import { dataFolderFault } from './data-folder.ts';
import { createListener, type Listener } from './listener.ts';
import type { NodeExtras, NodeParts, Role, Siblings } from './node-parts.ts';
import { openLogger } from './open-logger.ts';
import { openOperators } from './open-operators.ts';
import { openParts } from './open-parts.ts';
import { openOrClose } from './opened.ts';
import { openReadiness } from './readiness.ts';
import { registerReadinessMetrics } from './readiness-metrics.ts';
import { openAuthority, openHandover } from './roles/authority.ts';
import { openAuthorityDoor } from './roles/authority-door.ts';
import { type DestinationRole, openDestination } from './roles/destination.ts';
import { type IssuerRole, openIssuer } from './roles/issuer.ts';
import { openMonitor } from './roles/monitor.ts';
import { openRegistryRole, openWriting } from './roles/registry.ts';
import { watchToken } from './token-watch.ts';

const HANDOVER_LOOK_MS = 1_000;

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

/**
 * As `startNode`, for one of several processes behind one address: it is sent requests the moment it listens, so one for
 * which another goes listens once it is ready. Throws with the reasons where it does not become ready.
 */
export async function joinNode(config: Config, siblings: Siblings): Promise<RunningNode> {
  const listener = openListener(config);
  const running = await answerWith(listener, config, { siblings });
  try {
    if (siblings.replaces) await becomesReady(running.node.readiness);
    await listener.listen();
    return running;
  } catch (error) {
    await running.node.close();
    throw error;
  }
}

/**
 * A listener of a process that trusts whom its settings name. The first thing that any process of a node does. Throws
 * ConfigError where it could keep nothing, or cannot read whom to trust.
 */
export function openListener(config: Config): ReturnType<typeof createListener> {
  const fault = dataFolderFault(config.dataDir);
  if (fault !== null) throw fault;
  trustCaFile(config.caFile);
  openTelemetry(process.env);
  return createListener(config, openLogger(config));
}

/** Composes a node behind a listener. On a fault what was opened is closed again. */
export async function answerWith(listener: Listener, config: Config, extras: NodeExtras): Promise<RunningNode> {
  try {
    const nodeUrl = config.entityId ?? listener.url;
    const node = await openOrClose(async (opened) => {
      const created = await createNode(config, nodeUrl, listener.isDraining, extras, opened);
      listener.answer(createApp(created));
      return created;
    });
    return {
      url: listener.url,
      node,
      close: async () => {
        for (const role of node.roles) role.drain?.();
        await listener.drain();
        await node.close();
        await openTelemetry(process.env).flush();
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
  opened: AsyncDisposableStack,
): Promise<Node> {
  const { parts, passes, gateWith } = await openParts(config, nodeUrl, extras, opened);
  const closing = <R extends Role>(role: R): R => {
    opened.defer(() => role.close());
    return role;
  };
  const submission = await openWriting(parts);
  const door = config.roles.has('authority') ? openAuthorityDoor(parts, submission) : null;
  const authority = door === null ? null : closing(await openAuthority(parts, door));
  const handover = openHandover(parts, async (configuration) => await authority?.take(configuration));
  gateWith(handover);
  const destination = config.roles.has('destination') ? closing(openDestination(parts, passes)) : null;
  const issuer = config.roles.has('issuer') ? closing(openIssuer(parts)) : null;
  const roles = [
    ...(destination === null ? [] : [destination]),
    ...(issuer === null ? [] : [issuer]),
    closing(openRegistryRole(parts, submission)),
    ...(authority === null ? [] : [authority]),
    ...(destination === null && !config.roles.has('monitor') ? [] : [closing(openMonitor(parts))]),
  ];
  const chains = watchChains({ trust: parts.trust, metrics: parts.metrics.registry, log: parts.log });
  opened.defer(() => chains.stop());
  const looking = setInterval(() => void handover.look(), HANDOVER_LOOK_MS).unref();
  opened.defer(() => clearInterval(looking));
  const comparisons = compareWithOthers(parts);
  opened.defer(async () => await comparisons?.close());
  const token = watchToken(parts.keys, parts.log);
  opened.defer(() => token.stop());
  const readiness = openReadiness({ config, parts, roles, chains, handover, token, isDraining });
  registerReadinessMetrics(parts.metrics.registry, readiness, parts.nowMs);
  return {
    parts,
    roles,
    destination,
    operators: openOperators(parts),
    readiness,
    collect: (metrics) => collect(metrics, parts, [issuer, destination]),
    close: () => opened.disposeAsync(),
  };
}

function collect(
  metrics: Metrics,
  { trust, nowMs }: NodeParts,
  asking: readonly (IssuerRole | DestinationRole | null)[],
): void {
  const order = { closed: 0, 'half-open': 1, open: 2 } as const;
  const worst = new Map<ProvinceCode, number>();
  // A node that asks its own system and is asked for it has two ways to one province: the good one hides no bad one.
  for (const { province, state } of asking.flatMap((role) => role?.provinces.breakerStates() ?? [])) {
    worst.set(province, Math.max(order[state], worst.get(province) ?? 0));
  }
  for (const [province, state] of worst) metrics.breakerState.set({ province }, state);
  metrics.keyExpirySeconds.reset();
  for (const [entity, ring] of trust.rings) {
    for (const { kid, expiresS, state } of ring.keys) {
      if (state !== 'revoked' && expiresS !== null)
        metrics.keyExpirySeconds.set({ entity, kid }, expiresS - nowMs() / 1000);
    }
  }
}
