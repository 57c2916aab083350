import { z } from 'zod';
import type { Scenarios } from '../schemas/scenarios.ts';
import type { LiveCode } from './conformance/live-target.ts';

export const MAX_ACCESS_BYTES = 262_144;

/**
 * The operator's side of an adapter, never part of a manifest: the secrets that its driver names, and codes of the
 * upstream's own test holders by the scenario that they show, so that the conformance kit has something to ask about.
 */
export const upstreamAccessSchema = z.strictObject({
  secrets: z.record(z.string(), z.string()),
  codes: z.record(z.string(), z.string().min(4).max(4096)).default({}),
});
export type UpstreamAccess = z.infer<typeof upstreamAccessSchema>;

/** The codes whose scenario a folder has. */
export function liveCodesOf({ codes }: UpstreamAccess, { scenarios }: Scenarios): LiveCode[] {
  return scenarios.flatMap((scenario) => {
    const code = Object.hasOwn(codes, scenario.scenario) ? codes[scenario.scenario] : undefined;
    return code === undefined ? [] : [{ code, scenario }];
  });
}
