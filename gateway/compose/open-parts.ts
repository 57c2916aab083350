import { logOpenFiles } from '../access/open-file-limit.ts';
import { readDescriptions } from '../authority/entity-description.ts';
import type { Handover } from '../authority/handover.ts';
import { isActiveInLog } from '../authority/logged-keys.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { registerDeviationGauge } from '../coverage/policy-deviations.ts';
import { openSignals } from '../coverage/signals.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { registerRegistryMetrics } from '../registry/registry-metrics.ts';
import { CredentialShelf } from '../trust/credential-shelf.ts';
import { openRemoteStatements } from '../trust/remote-statements.ts';
import { networksOf } from '../upstream/networks.ts';
import { openOutgoing, REFUSALS } from '../upstream/outgoing.ts';
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
  const keys = openKeyStore({ setting: config.keys, dataDir: config.dataDir });
  opened.defer(() => keys.close());
  const stores = openStores(config, log);
  opened.defer(() => stores.close());
  const outgoing = openOutgoing({
    networks: extras.networks ?? networksOf(config.networks),
    onRefused: ({ host, reason }) => log.warn({ host }, REFUSALS[reason]),
    nowMs,
  });
  opened.defer(() => outgoing.close());
  const { documents } = outgoing;
  const registry = await openEitherRegistry(config, {
    keys,
    database: stores.database,
    documents,
    nodeUrl,
    pinned,
    log,
  });
  opened.defer(() => registry.registry.close());
  const gateways: { current: NodeParts['trust']['gateways'] } = { current: new Map() };
  const passes = openPassDesk({
    store: stores.passes,
    gateways: () => gateways.current,
    registry: () => registry.registry.current(),
    nowS,
  });
  const gate: { handover: Handover | null } = { handover: null };
  const credentials = new CredentialShelf(pinned?.credentialSigners ?? null, nowS);
  registerCredentialMetrics(metrics.registry, credentials, nowS);
  const trust = await openTrust({
    dataDir: config.dataDir,
    keys,
    descriptions: readDescriptions(config.dataDir),
    pinned,
    registry: registry.registry,
    remote: openRemoteStatements(documents.getText),
    statusLists: passes.statusLists,
    credentials,
    mayActivate: ({ entity_id, kind }, kid) =>
      kind === 'anchor'
        ? isActiveInLog({ folded: () => registry.registry.folded() }, entity_id, 'federation', kid)
        : (gate.handover?.mayActivate(entity_id, kid) ?? false),
    nowS,
    onReadAhead: (entityId, fault) => onRefresh('chain', entityId, fault),
    onKeyFault: (error) => log.error({ reason: reasonOf(error) }, 'keys unusable'),
    onBundleFault: (error) => log.warn({ reason: reasonOf(error) }, 'the trust bundle was not written'),
  });
  opened.defer(() => trust.close());
  gateways.current = trust.gateways;
  const upstreams = extras.openUpstreams?.(outgoing) ?? openUpstreams(config, outgoing, log);
  const shared = openShared({ config, stores, metrics, log, nowMs });
  opened.defer(() => shared.close());
  shared.onInvalidated(trust.forgetKey);
  registerRegistryMetrics(metrics.registry, registry.registry);
  registerDeviationGauge(metrics, () => registry.registry.current(), nowMs);
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
      credentials,
      shared,
      signals,
      documents,
      upstreams,
      onRefresh,
      extras,
      nowMs,
    },
    passes,
    gateWith: (handover) => {
      gate.handover = handover;
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
