import { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { DATA_DIR_HEADER, sandboxCodesSchema, venueSchema } from '../../schemas/sandbox.ts';
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

/** Where a sandbox says that its files are; null where there is no sandbox. Its word, for a person to act on. */
export async function sandboxDataDir(gateway: GatewayClient): Promise<string | null> {
  const reply = await gateway.send('/sandbox/venues', {}).catch(() => null);
  const said = reply?.headers.get(DATA_DIR_HEADER) ?? null;
  return said === null || !/^(?:[\w.~!*'()-]|%[0-9A-F]{2}){1,4096}$/.test(said) ? null : decodeURIComponent(said);
}

/**
 * The sandbox's codes with the answer each must lead to: of every province that it began with, or of one, which may have
 * been registered since. Throws CliError `sandbox_only`.
 */
export async function sandboxCodes(gateway: GatewayClient, province?: ProvinceCode): Promise<SandboxCode[]> {
  const codes = await gateway.find('/sandbox/codes', codesSchema);
  if (codes !== null && province === undefined) return codes;
  if (codes !== null) {
    const own = (code: SandboxCode) => code.province === province;
    const found = codes.filter(own);
    return found.length > 0 ? found : (await gateway.get('/sandbox/codes?unregistered=1', codesSchema)).filter(own);
  }
  throw CliError.of('sandbox_only', {
    zh: `${gateway.url} 不是沙箱网关`,
    en: `the gateway at ${gateway.url} runs no sandbox`,
  });
}
