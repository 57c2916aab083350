import { join } from 'node:path';
import type { Settings } from './huren-command.ts';
import { filesIn } from './places.ts';
import type { NationPlan, Seat } from './plan.ts';

/** What its operator tells a node of the nation, and nothing else: everything beyond its own directory is an address. */
export function nodeSettings(plan: NationPlan, seat: Seat): Settings {
  const { registry } = plan;
  const { caFile, anchorFile, certFile, keyFile } = filesIn(seat.dir);
  const role = seat.name.split('/')[1] ?? '';
  return {
    HUREN_ROLES: role,
    HUREN_DATA_DIR: seat.dir,
    HUREN_HOST: seat.address,
    HUREN_PORT: String(plan.port),
    HUREN_ENTITY_ID: seat.url,
    HUREN_ANCHOR_FILE: anchorFile,
    HUREN_CA_FILE: caFile,
    HUREN_TLS_CERT_FILE: certFile,
    HUREN_TLS_KEY_FILE: keyFile,
    HUREN_NETWORKS: '127.0.0.0/8',
    ...(seat === registry ? {} : { HUREN_LOG_URL: registry.url }),
    ...(role === 'destination' ? { HUREN_UPSTREAM_DIR: upstreamDir(seat) } : {}),
  };
}

/** Where a destination keeps what it holds of the provinces' systems, for as long as it asks them itself. */
export function upstreamDir({ dir }: Seat): string {
  return join(dir, 'upstream');
}
