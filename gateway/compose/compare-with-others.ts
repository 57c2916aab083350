import { httpLogSource } from '../registry/http-log-source.ts';
import { LogComparisons } from '../registry/log-comparisons.ts';
import { peerOrigins } from '../registry/log-peers.ts';
import { countComparisons } from '../registry/registry-metrics.ts';
import type { NodeParts } from './node-parts.ts';

/**
 * Compares the log that this node follows with the one that other nodes follow, over the guarded network. Null where the
 * log is written here: its own checkpoints are no news to it.
 */
export function compareWithOthers({ config, nodeUrl, registry, trust, documents, metrics }: NodeParts) {
  const { followed } = registry;
  if (followed === null) return null;
  const hosted = trust.parties.map(({ description }) => description.entity_id);
  const known = [nodeUrl, ...hosted, ...(config.logUrl === null ? [] : [config.logUrl])];
  const own = new Set(known.map((url) => new URL(url).origin));
  return new LogComparisons({
    peers: () => peerOrigins(followed.folded(), own),
    sourceOf: (origin) => httpLogSource({ baseUrl: origin, fetchBytes: documents, waitS: 0 }),
    compare: (source, withinMs) => followed.compareWith(source, withinMs),
    onOutcome: countComparisons(metrics.registry),
  });
}
