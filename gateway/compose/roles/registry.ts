import { CheckpointWaits } from '../../http/checkpoint-waits.ts';
import { mountLog } from '../../http/log.ts';
import { mountRegistry } from '../../http/registry.ts';
import type { SubmissionParts } from '../../registry/submit-event.ts';
import { newestCheckpoint } from '../../registry/witnesses.ts';
import { openLiveCheck } from '../../upstream/live-check.ts';
import { networksOf } from '../../upstream/networks.ts';
import type { NodeParts, Role } from '../node-parts.ts';
import { openSubmission } from '../open-registry.ts';

/** Where the registry is written, and null where it is followed: what lets events in. */
export async function openWriting(parts: NodeParts): Promise<SubmissionParts | null> {
  const { config, keys, nodeUrl, registry, upstreams, extras, nowMs } = parts;
  if (!config.roles.has('registry')) return null;
  return await openSubmission(registry, {
    keys,
    registrarId: `${nodeUrl}/registrar`,
    simulated: extras.simulated === true,
    lists: networksOf(config.networks).lists,
    live: openLiveCheck({ ...upstreams, nowMs }),
  });
}

/** What the log says, for anybody to read and check; in the registry role events come in as well. */
export function openRegistryRole(parts: NodeParts, submission: SubmissionParts | null): Role {
  const { registry, metrics, nowMs } = parts;
  const waits = new CheckpointWaits(registry.registry, () => newestCheckpoint(registry.store));
  return {
    name: 'registry',
    mount: (router) => {
      mountRegistry(router, { registry: registry.registry, submission, store: registry.store, metrics, nowMs });
      mountLog(router, { ...registry, waits });
    },
    notReady: () => [],
    degraded: () => [],
    drain: () => waits.close(),
    close: async () => waits.close(),
  };
}
