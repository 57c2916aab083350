import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATTESTATION_TYP, attestationClaimsSchema } from '../../../../schemas/attestation.ts';
import { openKeyStore } from '../../../keys/key-store.ts';
import { signAttestation } from '../../../trust/attestation.ts';
import { plainly } from '../../../trust/signer.ts';
import { parseCompact } from '../../../trust/strict-jws.ts';
import type { Settings } from '../huren-command.ts';
import { type Nation, type RunningProvince, someOf } from '../nation.ts';
import { venueDir } from '../places.ts';
import { freshGreen, scanAt, venueSettings } from '../venue.ts';
import { type Drill, must } from './drill.ts';

/**
 * A gateway signs, with its real keys, what another province's gateway would have said at that province's own venue. It
 * is a lawful gateway whose chain stands: only its province, which its superior's statement names, gives it away.
 */
export const GATEWAY_ATTESTS_FOR_OTHER_PROVINCE: Drill = {
  name: 'gateway_attests_for_other_province',
  run: async (nation) => {
    const [first, second] = someOf(nation);
    const outcome = await scanAt(nation, second, await freshGreen(first));
    must(outcome.kind === 'answer' && outcome.verified, 'an ordinary scan was not answered');
    const { attestation, evidence } = outcome;
    const own = await verdictOn(nation, second, { attestation, evidence }, venueSettings(nation, second));
    must(own === 'verified', `the right gateway's answer was judged ${own}`);
    const forged = { attestation: await signedAnew(attestation, first), evidence };
    const verdict = await verdictOn(nation, second, forged, venueSettings(nation, second, { gateway: first }));
    must(verdict === 'destination_mismatch', `the wrong gateway's answer was judged ${verdict}`);
    return 'destination_mismatch, where the right gateway’s answer to the same scan verified';
  },
};

/** The same claims, signed by another province's gateway in its own name. */
async function signedAnew(attestation: string, { destination }: RunningProvince): Promise<string> {
  const { payload } = parseCompact(attestation, { maxBytes: 65_536, typ: ATTESTATION_TYP });
  const claims = attestationClaimsSchema.parse({ ...payload, iss: destination.seat.url });
  const keys = openKeyStore({ setting: null, dataDir: destination.seat.dir });
  const ring = await keys.openRing('gateway', 'attestation', { nowS: Math.floor(Date.now() / 1000) });
  return await signAttestation(claims, plainly(ring.signer));
}

/** `verified`, or the code that the command line refuses an answer with. */
async function verdictOn(
  { plan, commands }: Nation,
  venue: RunningProvince,
  answer: { readonly attestation: string; readonly evidence: readonly string[] },
  settings: Settings,
): Promise<string> {
  const file = join(venueDir(plan, venue.plan.venue.venue), 'answer.json');
  writeFileSync(file, JSON.stringify(answer));
  const { exit, stderr } = await commands.run(['verify', file, '--json', '--lang', 'en'], settings);
  return exit === 0 ? 'verified' : (/^huren: (\w+):/m.exec(stderr)?.[1] ?? `exit ${exit}`);
}
