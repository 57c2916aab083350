import { askControl } from '../../adapters/sandbox/control-client.ts';
import {
  type SandboxUpstream,
  sandboxCodesSchema,
  submittedSystemsSchema,
  upstreamSchema,
} from '../../adapters/sandbox/protocol.ts';
import { SandboxError } from '../../adapters/sandbox/sandbox-error.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Scenarios } from '../../schemas/scenarios.ts';
import type { Upstreams } from '../compose/open-upstreams.ts';
import type { Outgoing } from '../upstream/outgoing.ts';
import type { SandboxChild } from './child.ts';

/** Where the identifiers of everybody who is played here lie, and where all of them can be reached now. */
interface Place {
  readonly base: string;
  readonly url: string;
  /** Whether a version of that province's adapter answers: its system must not change under it. */
  readonly isInUse: (province: ProvinceCode) => boolean;
  readonly submitted: SubmittedSystems;
}

/** Systems that were submitted to this sandbox, as this process knows them. */
export type SubmittedSystems = Map<ProvinceCode, SandboxUpstream>;

/** Long before a version that another process was handed can be approved twice and put to use. */
const LOOK_EVERY_MS = 250;

/**
 * Keeps up with what the other processes of a sandbox are handed: resolves with what has been submitted so far, and looks
 * again for as long as this process runs, whatever became of the last look.
 */
export async function followSubmitted({ control }: Pick<SandboxChild['ready'], 'control'>): Promise<SubmittedSystems> {
  const submitted: SubmittedSystems = new Map();
  const look = async () => {
    const systems = await askControl(control, submittedSystemsSchema, 'GET', '/systems');
    for (const { province, system } of systems) submitted.set(province, system);
  };
  await look();
  const lookLater = () => {
    setTimeout(() => {
      // One that failed says nothing: what it would have seen is there at the next one.
      look()
        .catch(() => undefined)
        .finally(lookLater);
    }, LOOK_EVERY_MS).unref();
  };
  lookLater();
  return submitted;
}

/** Simulated provinces on this machine. One that nobody plays yet is played from its first submission on. */
export function playedUpstreams(
  { ready }: SandboxChild,
  { base, url, isInUse, submitted }: Place,
  { openUpstream }: Outgoing,
): Upstreams {
  const shipped = (province: ProvinceCode) => ready.provinces[province] ?? ready.unregistered[province] ?? null;
  const played = (province: ProvinceCode) => submitted.get(province) ?? shipped(province);
  async function play(manifest: Manifest, scenarios: Scenarios): Promise<void> {
    const { province } = manifest;
    // What was submitted is replaced as long as it is being tried out; a copy of a shipped system is held against that.
    const isTriedOut = submitted.has(province) && !isInUse(province);
    if (played(province) !== null && !isTriedOut) return;
    const body = JSON.stringify({ manifest, scenarios });
    try {
      submitted.set(province, await askControl(ready.control, upstreamSchema, 'POST', '/systems', body));
    } catch (error) {
      // One that cannot be played has no codes: it is checked without asking anybody, and the report says so.
      if (!(error instanceof SandboxError)) throw error;
    }
  }
  return {
    accessOf: ({ province, upstream }) => ({
      openClient: (limits) => openUpstream(limits, { origin: played(province)?.origin ?? upstream.base_url }),
      secrets: () => played(province)?.secrets ?? {},
    }),
    openNode: (limits, node) =>
      openUpstream(limits, { origin: node.startsWith(`${base}/`) ? `${url}${node.slice(base.length)}` : node }),
    testCodes: async (manifest, scenarios) => {
      const { province, division } = manifest;
      // A division's system is played by its province's, whose codes are others.
      if (division !== undefined) return null;
      await play(manifest, scenarios);
      const query = ready.provinces[province] === undefined ? '?unregistered=1' : '';
      const codes = await askControl(ready.control, sandboxCodesSchema, 'GET', `/codes${query}`);
      const own = codes.filter((one) => one.province === province);
      return Object.fromEntries(own.map(({ scenario, code }) => [scenario, code]));
    },
  };
}
