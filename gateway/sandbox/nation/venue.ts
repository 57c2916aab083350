import { askControl } from '../../../adapters/sandbox/control-client.ts';
import { recordReplySchema, type SandboxCode, sandboxCodesSchema } from '../../../schemas/sandbox.ts';
import type { Settings } from './huren-command.ts';
import type { Nation, RunningProvince } from './nation.ts';
import { filesIn, venueDir } from './places.ts';
import type { ScanOutcome } from './scan.ts';

/** What a person at a province's venue sets to scan there. `gateway`: another one than the venue's own. */
export function venueSettings(
  nation: Nation,
  { plan }: RunningProvince,
  gateway: RunningProvince | null = null,
): Settings {
  const { venue } = plan.venue;
  const { venues, tokenEndpoint } = nation.server.ready;
  const dir = venueDir(nation.plan, venue);
  const { caFile, anchorFile } = filesIn(dir);
  return {
    HUREN_URL: (gateway?.plan ?? plan).destination.url,
    HUREN_DATA_DIR: dir,
    HUREN_ANCHOR_FILE: anchorFile,
    HUREN_CA_FILE: caFile,
    HUREN_CLIENT_ID: venue,
    HUREN_CLIENT_SECRET: venues.find((one) => one.venue === venue)?.client_secret ?? '',
    HUREN_TOKEN_ENDPOINT: tokenEndpoint,
  };
}

/** A province's plain green, with what it must lead to. */
export async function greenOf({ system }: RunningProvince): Promise<SandboxCode> {
  const codes = await askControl(system.ready.control, sandboxCodesSchema, 'GET', '/codes');
  const green = codes.find(({ scenario }) => scenario === 'green');
  if (green === undefined) throw new Error('a system without a green');
  return green;
}

/** A code that nobody has scanned yet, for a holder who is green now. */
export async function freshGreen(province: RunningProvince): Promise<string> {
  const { record } = await greenOf(province);
  const wish = { province: province.plan.code, raw: record };
  return (await askControl(province.system.ready.control, recordReplySchema, 'POST', '/records', wish)).code;
}

/** Scans a code at a province's venue. */
export async function scanAt(nation: Nation, destination: RunningProvince, code: string): Promise<ScanOutcome> {
  return await nation.scanner({ settings: venueSettings(nation, destination), code });
}
