import { z } from 'zod';
import { ownMember } from '../schemas/own-member.ts';
import type { Scenarios } from '../schemas/scenarios.ts';
import type { LiveCode } from './conformance/live-target.ts';

export const MAX_ACCESS_BYTES = 262_144;

const pathSchema = z.string().min(1).max(1024);

/**
 * The operator's side of an adapter, never part of a manifest: the secrets that its driver names, codes of the
 * upstream's own test holders by the scenario that they show, so that the conformance kit has something to ask about,
 * and the PEM files of a client certificate and its key where the upstream asks for one, below the access file's folder.
 */
export const upstreamAccessSchema = z
  .strictObject({
    secrets: z.record(z.string(), z.string()),
    codes: z.record(z.string(), z.string().min(4).max(4096)).default({}),
    client_cert_file: pathSchema.exactOptional(),
    client_key_file: pathSchema.exactOptional(),
  })
  .refine(
    ({ client_cert_file, client_key_file }) => (client_cert_file === undefined) === (client_key_file === undefined),
    'client_cert_file and client_key_file belong together',
  );
export type UpstreamAccess = z.infer<typeof upstreamAccessSchema>;

/** The codes whose scenario a folder has. */
export function liveCodesOf({ codes }: Pick<UpstreamAccess, 'codes'>, { scenarios }: Scenarios): LiveCode[] {
  return scenarios.flatMap((scenario) => {
    const code = ownMember(codes, scenario.scenario);
    return code === undefined ? [] : [{ code, scenario }];
  });
}
