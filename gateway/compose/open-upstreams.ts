import type { Logger } from 'pino';
import { sandboxCodesSchema } from '../../adapters/sandbox/protocol.ts';
import type { UpstreamAccess } from '../../adapters/upstream-access.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { SandboxChild } from '../sandbox/child.ts';
import { openAccessFiles } from '../upstream/access-files.ts';
import type { TestCodes } from '../upstream/live-check.ts';
import type { Outgoing } from '../upstream/outgoing.ts';
import type { ProvinceAccess } from '../upstream/province-adapters.ts';
import type { Config } from './config.ts';

/** Where the provinces are and what the operator holds for them. */
export interface Upstreams {
  readonly accessOf: (manifest: Manifest) => ProvinceAccess;
  /** Codes that a province may be tested with; null where nothing can be asked of it. */
  readonly testCodes: (province: ProvinceCode) => Promise<TestCodes | null>;
}

/** Simulated provinces on this machine, or real ones with secrets and certificates from the operator's folder. */
export function openUpstreams(config: Config, child: SandboxChild | null, outgoing: Outgoing, log: Logger): Upstreams {
  return child === null ? realUpstreams(config, outgoing, log) : playedUpstreams(child, outgoing);
}

function realUpstreams({ upstreamDir }: Config, { openUpstream }: Outgoing, log: Logger): Upstreams {
  const onFault = (file: string) =>
    log.error({ file }, 'HUREN_UPSTREAM_DIR: a file cannot be used; the last one stays');
  const files = upstreamDir === null ? null : openAccessFiles(upstreamDir, { nowMs: Date.now, onFault });
  const held = (province: ProvinceCode): UpstreamAccess | null => files?.accessOf(province) ?? null;
  return {
    accessOf: ({ province, upstream }) => ({
      openClient: (limits) =>
        openUpstream(limits, { origin: upstream.base_url, identity: () => files?.identityOf(province) }),
      secrets: () => held(province)?.secrets ?? {},
    }),
    testCodes: (province) => Promise.resolve(held(province)?.codes ?? null),
  };
}

function playedUpstreams({ ready }: SandboxChild, { openUpstream }: Outgoing): Upstreams {
  const played = (province: ProvinceCode) => ready.provinces[province] ?? ready.unregistered[province] ?? null;
  return {
    // A province that the sandbox does not play is looked for on this machine too, and nothing is there.
    accessOf: ({ province, upstream }) => ({
      openClient: (limits) => openUpstream(limits, { origin: played(province)?.origin ?? upstream.base_url }),
      secrets: () => played(province)?.secrets ?? {},
    }),
    testCodes: async (province) => {
      if (played(province) === null) return null;
      const query = ready.provinces[province] === undefined ? '?unregistered=1' : '';
      const reply = await fetch(`${ready.control.origin}/codes${query}`, {
        headers: { authorization: `Bearer ${ready.control.token}` },
      });
      const codes = sandboxCodesSchema.parse(await reply.json()).filter((one) => one.province === province);
      return Object.fromEntries(codes.map(({ scenario, code }) => [scenario, code]));
    },
  };
}
