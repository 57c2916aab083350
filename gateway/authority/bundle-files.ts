import { join } from 'node:path';
import { writePrivateFile } from '../keys/private-file.ts';
import type { BundledCredentials } from '../trust/credential-shelf.ts';
import type { RegistryPin, TrustBundle } from '../trust/trust-bundle.ts';
import type { TrustAnchor } from '../trust/trust-chain.ts';
import { nullIfUntrusted } from '../trust/trust-error.ts';
import type { HostedFederation } from './hosted-federation.ts';

interface BundleParts {
  readonly anchor: TrustAnchor;
  readonly federation: HostedFederation;
  /** Whose chains go in; one that cannot be had just now stays out, and whoever needs it asks for it. */
  readonly entityIds: readonly string[];
  readonly chainOf: (entityId: string) => Promise<readonly string[]>;
  readonly statusLists: Record<string, string>;
  readonly registryPin: RegistryPin | undefined;
  readonly credentials: BundledCredentials;
}

/** Everything that an offline verifier takes along. */
export async function collectBundle(parts: BundleParts): Promise<TrustBundle> {
  const { anchor, federation, entityIds, chainOf, statusLists, registryPin, credentials } = parts;
  const bundle: TrustBundle = {
    ...anchor,
    chains: {},
    historical_keys: {},
    status_lists: statusLists,
    ...(registryPin === undefined ? {} : { registry: registryPin }),
    ...credentials,
  };
  const chains = await Promise.all(entityIds.map((id) => chainOf(id).catch(nullIfUntrusted)));
  for (const [at, id] of entityIds.entries()) {
    const chain = chains[at] ?? null;
    if (chain !== null) bundle.chains[id] = [...chain];
    const past = await federation.historicalKeys(id);
    if (past !== null) bundle.historical_keys[id] = past;
  }
  return bundle;
}

/** So that the command line can verify offline on the machine where the node runs. */
export function writeBundleFile(dataDir: string, bundle: TrustBundle): void {
  writePrivateFile(join(dataDir, 'trust-bundle.json'), `${JSON.stringify(bundle, null, 2)}\n`);
}
