import { join } from 'node:path';
import type { Settings } from './huren-command.ts';
import { filesIn } from './places.ts';
import type { NationPlan, Seat } from './plan.ts';

/** What its operator tells a node of the nation, and nothing else: everything beyond its own directory is an address. */
export function nodeSettings(plan: NationPlan, seat: Seat): Settings {
  const { registry, abroad } = plan;
  const role = seat === abroad.authority ? 'authority,issuer' : (seat.name.split('/')[1] ?? '');
  return {
    ...placeSettings(plan, seat),
    HUREN_ROLES: role,
    HUREN_ENTITY_ID: seat.url,
    ...(seat === registry ? {} : { HUREN_LOG_URL: registry.url }),
    ...(role.endsWith('issuer') ? { HUREN_UPSTREAM_DIR: upstreamDir(seat) } : {}),
  };
}

/** A registry at an address of its own that says that it is the nation's: everything else is the nation's registry's. */
export function twinSettings(plan: NationPlan): Settings {
  return { ...nodeSettings(plan, plan.registry), ...placeSettings(plan, plan.twin) };
}

function placeSettings({ port }: NationPlan, { dir, address }: Seat): Settings {
  const { caFile, anchorFile, certFile, keyFile } = filesIn(dir);
  return {
    HUREN_DATA_DIR: dir,
    HUREN_HOST: address,
    HUREN_PORT: String(port),
    HUREN_ANCHOR_FILE: anchorFile,
    HUREN_CA_FILE: caFile,
    HUREN_TLS_CERT_FILE: certFile,
    HUREN_TLS_KEY_FILE: keyFile,
    HUREN_NETWORKS: '127.0.0.0/8',
    // Whoever plays wants to see what a single scan does.
    HUREN_SUPPRESSED_BELOW: '1',
  };
}

/** Where an issuer keeps the secrets of its own province's system, which nobody else holds. */
export function upstreamDir({ dir }: Seat): string {
  return join(dir, 'upstream');
}
