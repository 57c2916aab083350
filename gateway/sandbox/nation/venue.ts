import { askControl } from '../../../adapters/sandbox/control-client.ts';
import type { SystemReady } from '../../../adapters/sandbox/part-protocol.ts';
import type { VenueEntry } from '../../../adapters/sandbox/venues.ts';
import { recordReplySchema, type SandboxCode, sandboxCodesSchema } from '../../../schemas/sandbox.ts';
import type { Settings } from './huren-command.ts';
import type { Nation, RunningProvince } from './nation.ts';
import { filesIn, venueDir } from './places.ts';
import type { ScanOutcome } from './scan.ts';

interface Elsewhere {
  /** Whose gateway is asked, if not the venue's own. */
  readonly gateway?: RunningProvince;
  /** Another client of the province's authorization server than its venue. */
  readonly client?: VenueEntry;
}

/** What a person at a province's venue sets to scan there. */
export function venueSettings(nation: Nation, { plan }: RunningProvince, elsewhere: Elsewhere = {}): Settings {
  const { gateway, client = plan.venue } = elsewhere;
  const registered = nation.server.ready.venues.find(({ venue }) => venue === client.venue);
  const dir = venueDir(nation.plan, plan.venue.venue);
  const { caFile, anchorFile } = filesIn(dir);
  return {
    HUREN_URL: (gateway?.plan ?? plan).destination.url,
    HUREN_DATA_DIR: dir,
    HUREN_ANCHOR_FILE: anchorFile,
    HUREN_CA_FILE: caFile,
    HUREN_CLIENT_ID: client.venue,
    HUREN_CLIENT_SECRET: registered?.client_secret ?? '',
    HUREN_TOKEN_ENDPOINT: registered?.token_endpoint ?? '',
  };
}

/** A province's plain green, with what it must lead to. */
export async function greenOf({ system }: RunningProvince): Promise<SandboxCode> {
  return await greenIn(system.ready.control);
}

/** The same of a system. */
export async function greenIn(control: SystemReady['control']): Promise<SandboxCode> {
  const codes = await askControl(control, sandboxCodesSchema, 'GET', '/codes');
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
