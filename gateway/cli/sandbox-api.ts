import { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { sandboxCodesSchema, venueSchema } from '../../schemas/sandbox.ts';
import { CliError } from './cli-error.ts';
import type { GatewayClient } from './gateway-client.ts';

const venuesSchema = z.array(venueSchema.strip()).min(1);
export type SandboxVenue = z.infer<typeof venuesSchema>[number];

const codesSchema = z.array(sandboxCodesSchema.element.omit({ record: true }).strip());
export type SandboxCode = z.infer<typeof codesSchema>[number];

/** The sandbox's venues with their credentials, or null where the gateway runs no sandbox. */
export function findVenues(gateway: GatewayClient): Promise<SandboxVenue[] | null> {
  return gateway.find('/sandbox/venues', venuesSchema);
}

/** The sandbox's codes, of one province or of all, with the answer each must lead to. Throws CliError `sandbox_only`. */
export async function sandboxCodes(gateway: GatewayClient, province?: ProvinceCode): Promise<SandboxCode[]> {
  const codes = await gateway.find('/sandbox/codes', codesSchema);
  if (codes !== null) return codes.filter((code) => province === undefined || code.province === province);
  throw CliError.of('sandbox_only', {
    zh: `${gateway.url} 不是沙箱网关`,
    en: `the gateway at ${gateway.url} runs no sandbox`,
  });
}
