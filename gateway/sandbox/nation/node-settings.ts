import { join } from 'node:path';
import type { Settings } from './huren-command.ts';
import { filesIn } from './places.ts';
import type { NationPlan, Seat } from './plan.ts';

/** What its operator tells a node of the nation, and nothing else: everything beyond its own directory is an address. */
export function nodeSettings(plan: NationPlan, seat: Seat): Settings {
  const { registry, server } = plan;
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
    ...(role === 'issuer' ? { HUREN_UPSTREAM_DIR: upstreamDir(seat) } : {}),
    ...(role === 'destination' ? { HUREN_TOKEN_ISSUER: server.url, HUREN_TOKEN_JWKS_URI: `${server.url}/jwks` } : {}),
  };
}

/** Where an issuer keeps the secrets of its own province's system, which nobody else holds. */
export function upstreamDir({ dir }: Seat): string {
  return join(dir, 'upstream');
}
