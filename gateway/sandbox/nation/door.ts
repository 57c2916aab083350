import { z } from 'zod';
import { askControl } from '../../../adapters/sandbox/control-client.ts';
import { recordReplySchema } from '../../../schemas/sandbox.ts';
import { verificationReplySchema } from '../../../schemas/verification.ts';
import type { Nation, RunningProvince } from './nation.ts';
import { greenOf, venueSettings } from './venue.ts';

/** One answer at a door: the decision with its reasons, or the problem's code alone; and how long it took. */
export interface TimedAnswer {
  readonly said: string;
  readonly reasons: readonly string[];
  readonly ms: number;
}

const problemSchema = z.object({ code: z.string() });

/** A venue's scanner that is signed in already, for many scans: it reads the answers and does not verify them. */
export async function openDoor(
  nation: Nation,
  destination: RunningProvince,
): Promise<(code: string) => Promise<TimedAnswer>> {
  const settings = venueSettings(nation, destination);
  const url = settings['HUREN_URL'] ?? '';
  const [purpose] = destination.plan.venue.purposes;
  const client = `${settings['HUREN_CLIENT_ID']}:${settings['HUREN_CLIENT_SECRET']}`;
  const granted = await fetch(settings['HUREN_TOKEN_ENDPOINT'] ?? '', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(client)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'verify', resource: url }),
  });
  const { access_token } = z.object({ access_token: z.string() }).parse(await granted.json());
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
  return async (code) => {
    const startedMs = performance.now();
    const body = JSON.stringify({ code, purpose });
    const reply = await fetch(`${url}/v1/verifications`, { method: 'POST', headers, body });
    const answer: unknown = await reply.json();
    const ms = performance.now() - startedMs;
    if (reply.status !== 200) return { said: problemSchema.parse(answer).code, reasons: [], ms };
    const { decision, reasons } = verificationReplySchema.parse(answer);
    return { said: decision, reasons: reasons.map((reason) => reason.code), ms };
  };
}

/** Codes that nobody has scanned yet, for holders who are green now. */
export async function freshGreens(province: RunningProvince, count: number): Promise<string[]> {
  const { record } = await greenOf(province);
  const { control } = province.system.ready;
  const wish = { province: province.plan.code, raw: record };
  const mint = () => askControl(control, recordReplySchema, 'POST', '/records', wish);
  const codes: string[] = [];
  while (codes.length < count) codes.push((await mint()).code);
  return codes;
}
