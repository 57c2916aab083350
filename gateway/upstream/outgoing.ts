import { LRUCache } from 'lru-cache';
import type { Manifest } from '../../schemas/manifest.ts';
import { type GuardedFetch, openGuardedFetch } from './guarded-fetch.ts';
import type { Networks } from './networks.ts';
import type { Guard, RefusedHost, ResolveAll } from './ssrf-guard.ts';
import { openUpstreamClient, type UpstreamClient, type UpstreamHost } from './upstream-client.ts';

/** Every way from this process to a host that somebody else named. Certificates: see `trustCaFile`. */
export interface Outgoing {
  /** Federation documents, a registry's log, operators' providers. */
  readonly documents: GuardedFetch;
  /** The wire to one province's system; whoever opens it closes it. */
  readonly openUpstream: (limits: Manifest['upstream'], host: UpstreamHost) => UpstreamClient;
  readonly close: () => Promise<void>;
}

interface Settings {
  readonly networks: Networks;
  /** Told once a minute for each host: a refused host is asked for at every scan. */
  readonly onRefused: (refused: RefusedHost) => void;
  readonly nowMs: () => number;
  readonly resolve?: ResolveAll;
}

/** What an operator is told to look at. */
export const REFUSALS: Readonly<Record<RefusedHost['reason'], string>> = {
  address: 'HUREN_NETWORKS: a host is neither public nor in a range that is listed there',
  plain_http: 'HUREN_NETWORKS: a host is not reached over plain http, whatever range is listed there',
  certificate: 'HUREN_CA_FILE: the certificate of a host is not trusted, or it does not trust ours',
};

const TOLD_AGAIN_AFTER_MS = 60_000;
const MOST_HOSTS = 1_000;

/** Opens the ways out, all behind one guard. Nothing is connected to yet. */
export function openOutgoing({ networks, onRefused, nowMs, resolve }: Settings): Outgoing {
  const toldAtMs = new LRUCache<string, number>({ max: MOST_HOSTS });
  const guard: Guard = {
    networks,
    onRefused: (refused) => {
      const last = toldAtMs.get(refused.host);
      if (last !== undefined && nowMs() - last < TOLD_AGAIN_AFTER_MS) return;
      toldAtMs.set(refused.host, nowMs());
      onRefused(refused);
    },
    ...(resolve === undefined ? {} : { resolve }),
  };
  const documents = openGuardedFetch(guard);
  return {
    documents,
    openUpstream: (limits, host) => openUpstreamClient(limits, host, guard),
    close: () => documents.close(),
  };
}
