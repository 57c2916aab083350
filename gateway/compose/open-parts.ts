import { logOpenFiles } from '../access/open-file-limit.ts';
import { type EntityDescription, readDescriptions } from '../authority/entity-description.ts';
import type { Handover } from '../authority/handover.ts';
import { isActiveInLog } from '../authority/logged-keys.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { registerDeviationGauge } from '../coverage/policy-deviations.ts';
import { openSignals } from '../coverage/signals.ts';
import { openKeyStore } from '../keys/key-store.ts';
import type { FoldState } from '../registry/fold-state.ts';
import { registerRegistryMetrics } from '../registry/registry-metrics.ts';
import { CredentialShelf } from '../trust/credential-shelf.ts';
import { openRemoteStatements } from '../trust/remote-statements.ts';
import { networksOf } from '../upstream/networks.ts';
import { type Outgoing, openOutgoing, REFUSALS } from '../upstream/outgoing.ts';
import type { Config } from './config.ts';
import { registerCredentialMetrics } from './follow-credentials.ts';
import type { NodeExtras, NodeParts } from './node-parts.ts';
import { openEitherRegistry } from './open-either-registry.ts';
import { openLogger } from './open-logger.ts';
import { openShared } from './open-shared.ts';
import { openStores } from './open-stores.ts';
import { openUpstreams } from './open-upstreams.ts';
import { openPassDesk, type PassDesk } from './pass-desk.ts';
import { readAnchor } from './read-anchor.ts';
import { watchRefreshes } from './refresh-watch.ts';
import { openTrust } from './trust.ts';

/** What the roles of a node are made from. */
export interface OpenedParts {
  readonly parts: NodeParts;
  /** From now on keys of entities that have a superior are put to use as this says. */
  readonly gateWith: (handover: Handover) => void;
  readonly passes: PassDesk;
}

/** Opens what every role stands on; `opened` closes it. Throws ConfigError. */
export async function openParts(
  config: Config,
  nodeUrl: string,
  extras: NodeExtras,
  opened: AsyncDisposableStack,
): Promise<OpenedParts> {
  const log = openLogger(config);
  logOpenFiles(log);
  const metrics = createMetrics();
  const onRefresh = watchRefreshes(metrics, log);
  const nowMs = Date.now;
  const nowS = () => Math.floor(nowMs() / 1000);
  const pinned = readAnchor(config.anchorFile);
  const keys = opened.adopt(openKeyStore({ setting: config.keys, dataDir: config.dataDir }), (store) => store.close());
  const stores = opened.adopt(openStores(config, log), (all) => all.close());
  const outgoing = opened.adopt(openWaysOut(config, extras, { log, nowMs }), (ways) => ways.close());
  const { documents } = outgoing;
  const { database } = stores;
  const registry = opened.adopt(
    await openEitherRegistry(config, { keys, database, documents, nodeUrl, pinned, log }),
    (either) => either.registry.close(),
  );
  const credentials = new CredentialShelf(pinned?.credentialSigners ?? null, nowS);
  registerCredentialMetrics(metrics.registry, credentials, nowS);
  const { mayActivate, gateWith } = openKeyGate(() => registry.registry.folded());
  let gateways: NodeParts['trust']['gateways'] = new Map();
  const passes = openPassDesk({
    store: stores.passes,
    gateways: () => gateways,
    registry: () => registry.registry.current(),
    nowS,
  });
  const trust = await openTrust({
    dataDir: config.dataDir,
    keys,
    descriptions: readDescriptions(config.dataDir),
    pinned,
    registry: registry.registry,
    remote: openRemoteStatements(documents.getText),
    statusLists: passes.statusLists,
    credentials,
    mayActivate,
    nowS,
    onReadAhead: (entityId, fault) => onRefresh('chain', entityId, fault),
    onKeyFault: (error) => log.error({ reason: reasonOf(error) }, 'keys unusable'),
    onBundleFault: (error) => log.warn({ reason: reasonOf(error) }, 'the trust bundle was not written'),
  });
  opened.defer(() => trust.close());
  gateways = trust.gateways;
  const upstreams = extras.openUpstreams?.(outgoing) ?? openUpstreams(config, outgoing, log);
  const shared = opened.adopt(openShared({ config, stores, metrics, log, nowMs }), (all) => all.close());
  shared.onInvalidated(trust.forgetKey);
  registerRegistryMetrics(metrics.registry, registry.registry);
  registerDeviationGauge(metrics, () => registry.registry.current(), nowMs);
  const signals = openSignals(metrics, log, nowMs);
  const made = { config, nodeUrl, keys, log, metrics, registry, trust, credentials, shared, signals, documents };
  return { parts: { ...made, upstreams, onRefresh, extras, nowMs }, passes, gateWith };
}

/** Every way out of this node, past the guard. */
function openWaysOut(config: Config, extras: NodeExtras, { log, nowMs }: Pick<NodeParts, 'log' | 'nowMs'>): Outgoing {
  return openOutgoing({
    networks: extras.networks ?? networksOf(config.networks),
    onRefused: ({ host, reason }) => log.warn({ host }, REFUSALS[reason]),
    nowMs,
  });
}

/** Says which keys may be put to use: the anchor's, once the log lets them; any other, once its superior names it. */
function openKeyGate(folded: () => FoldState) {
  let handover: Handover | null = null;
  return {
    mayActivate: ({ entity_id, kind }: EntityDescription, kid: string): boolean =>
      kind === 'anchor'
        ? isActiveInLog({ folded }, entity_id, 'federation', kid)
        : (handover?.mayActivate(entity_id, kid) ?? false),
    gateWith: (given: Handover) => {
      handover = given;
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
