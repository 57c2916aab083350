import { join } from 'node:path';
import type { Logger } from 'pino';
import type { UpstreamAccess } from '../../adapters/upstream-access.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Scenarios } from '../../schemas/scenarios.ts';
import { openAccessFiles } from '../upstream/access-files.ts';
import { openKeptDocument } from '../upstream/kept-document.ts';
import type { TestCodes } from '../upstream/live-check.ts';
import type { Outgoing } from '../upstream/outgoing.ts';
import type { ProvinceAccess } from '../upstream/province-adapters.ts';
import type { UpstreamClient } from '../upstream/upstream-client.ts';
import type { Config } from './config.ts';

/** Where the provinces are and what the operator holds for them. */
export interface Upstreams {
  readonly accessOf: (manifest: Manifest) => ProvinceAccess;
  /** The wire to the node that a province's issuer entity answers at. */
  readonly openNode: (limits: Manifest['upstream'], node: string) => UpstreamClient;
  /** Codes that what a province submits may be tested with; null where nothing can be asked of it. */
  readonly testCodes: (manifest: Manifest, scenarios: Scenarios) => Promise<TestCodes | null>;
}

/** Provinces' systems where their manifests say, with secrets from the operator's folder. */
export function openUpstreams({ upstreamDir, dataDir }: Config, { openUpstream }: Outgoing, log: Logger): Upstreams {
  const onFault = (file: string) =>
    log.error({ file }, 'HUREN_UPSTREAM_DIR: a file cannot be used; the last one stays');
  const files = upstreamDir === null ? null : openAccessFiles(upstreamDir, { nowMs: Date.now, onFault });
  const held = (division: string): UpstreamAccess | null => files?.accessOf(division) ?? null;
  return {
    // A division's system has secrets of its own, under its own code.
    accessOf: ({ province, division = province, upstream }) => ({
      openClient: (limits) =>
        openUpstream(limits, { origin: upstream.base_url, identity: () => files?.identityOf(division) }),
      secrets: () => held(division)?.secrets ?? {},
      kept: openKeptDocument(join(dataDir, 'adapters', `${division}.json`), () =>
        log.error({ province: division }, 'what its adapter keeps for a restart cannot be written'),
      ),
    }),
    openNode: (limits, node) => openUpstream(limits, { origin: node }),
    testCodes: ({ province, division = province }) => Promise.resolve(held(division)?.codes ?? null),
  };
}
