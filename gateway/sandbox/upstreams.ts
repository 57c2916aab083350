import { askControl } from '../../adapters/sandbox/control-client.ts';
import { sandboxCodesSchema } from '../../adapters/sandbox/protocol.ts';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import type { Upstreams } from '../compose/open-upstreams.ts';
import type { Outgoing } from '../upstream/outgoing.ts';
import type { SandboxChild } from './child.ts';

/** Where the identifiers of everybody who is played here lie, and where all of them can be reached now. */
interface Place {
  readonly base: string;
  readonly url: string;
}

/** Simulated provinces on this machine. */
export function playedUpstreams({ ready }: SandboxChild, { base, url }: Place, { openUpstream }: Outgoing): Upstreams {
  const played = (province: ProvinceCode) => ready.provinces[province] ?? ready.unregistered[province] ?? null;
  return {
    // A province that the sandbox does not play is looked for on this machine too, and nothing is there. A division's system
    // is played by its province's.
    accessOf: ({ province, upstream }) => ({
      openClient: (limits) => openUpstream(limits, { origin: played(province)?.origin ?? upstream.base_url }),
      secrets: () => played(province)?.secrets ?? {},
    }),
    openNode: (limits, node) =>
      openUpstream(limits, { origin: node.startsWith(`${base}/`) ? `${url}${node.slice(base.length)}` : node }),
    testCodes: async (division) => {
      const { data: province } = provinceCodeSchema.safeParse(division);
      if (province === undefined || played(province) === null) return null;
      const query = ready.provinces[province] === undefined ? '?unregistered=1' : '';
      const codes = await askControl(ready.control, sandboxCodesSchema, 'GET', `/codes${query}`);
      const own = codes.filter((one) => one.province === province);
      return Object.fromEntries(own.map(({ scenario, code }) => [scenario, code]));
    },
  };
}
