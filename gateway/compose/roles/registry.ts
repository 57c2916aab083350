import { mountLog } from '../../http/log.ts';
import { mountRegistry } from '../../http/registry.ts';
import { openLiveCheck } from '../../upstream/live-check.ts';
import type { NodeParts, Role } from '../node-parts.ts';
import { openSubmission } from '../open-registry.ts';

/** What the log says, for anybody to read and check; in the registry role events come in as well. */
export async function openRegistryRole(parts: NodeParts): Promise<Role> {
  const { config, keys, nodeUrl, registry, metrics, upstreams, extras, nowMs } = parts;
  const isWriter = config.roles.has('registry');
  const submission = isWriter
    ? await openSubmission(registry, {
        keys,
        registrarId: `${nodeUrl}/registrar`,
        simulated: extras.simulated === true,
        live: openLiveCheck({ ...upstreams, nowMs }),
      })
    : null;
  return {
    name: 'registry',
    mount: (router) => {
      mountRegistry(router, { registry: registry.registry, submission, store: registry.store, metrics, nowMs });
      mountLog(router, registry);
    },
    notReady: () => [],
    degraded: () => [],
    close: async () => {},
  };
}
