import { CheckpointWaits } from '../../http/checkpoint-waits.ts';
import { mountLog } from '../../http/log.ts';
import { mountRegistry } from '../../http/registry.ts';
import type { KeyRing } from '../../keys/key-ring.ts';
import { watchKeyRings } from '../../keys/key-watch.ts';
import type { SubmissionParts } from '../../registry/submit-event.ts';
import { newestCheckpoint } from '../../registry/witnesses.ts';
import { openLiveCheck } from '../../upstream/live-check.ts';
import { networksOf } from '../../upstream/networks.ts';
import type { NodeParts, Role } from '../node-parts.ts';
import { openSubmission } from '../open-registry.ts';

/** Where the registry is written, and null where it is followed: what lets events in. */
export async function openWriting(parts: NodeParts): Promise<SubmissionParts | null> {
  const { config, keys, nodeUrl, registry, upstreams, extras, nowMs } = parts;
  if (registry.written === null) return null;
  return await openSubmission(registry.written, {
    keys,
    registrarId: `${nodeUrl}/registrar`,
    simulated: extras.simulated === true,
    lists: networksOf(config.networks).lists,
    live: openLiveCheck({ ...upstreams, nowMs }),
  });
}

/** What the log says, for anybody to read and check; in the registry role events come in as well. */
export function openRegistryRole(parts: NodeParts, submission: SubmissionParts | null): Role {
  const {
    registry,
    metrics,
    shared: { strangersBodies: bodies },
    nowMs,
  } = parts;
  const { written } = registry;
  const waits = new CheckpointWaits(registry.registry, () => newestCheckpoint(registry.store));
  const stopWatching = written === null ? () => undefined : watchLogKeys(parts, written.logSigner.ring);
  return {
    name: 'registry',
    mount: (router) => {
      mountRegistry(router, { registry: registry.registry, submission, store: registry.store, metrics, bodies, nowMs });
      const { store } = registry;
      mountLog(router, {
        registry: registry.registry,
        store,
        waits,
        bodies,
        nowMs,
        ...(written === null ? {} : { logSigner: written.logSigner }),
      });
    },
    notReady: () => [],
    degraded: () => [],
    drain: () => waits.close(),
    close: async () => {
      stopWatching();
      waits.close();
    },
  };
}

/** A log key that somebody announced or asked for is found here, and put to use once the log lists it. */
function watchLogKeys({ log, nowMs }: NodeParts, ring: KeyRing): () => void {
  return watchKeyRings({
    rings: [ring],
    nowS: () => Math.floor(nowMs() / 1000),
    onChange: () => log.info({ kid: ring.signer.kid }, 'the keys of the log have changed'),
    onError: (error) => log.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'keys unusable'),
  });
}
