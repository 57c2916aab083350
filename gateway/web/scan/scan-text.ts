import { unframed } from '../../../schemas/scanned-text.ts';
import { verificationReplySchema } from '../../../schemas/verification.ts';
import { isPass, verifyPass } from '../../trust/recognition-pass.ts';
import { type Outcome, refusedPass, scanProblem } from '../asking/outcome.ts';
import { type Asking, believed, putQuestion } from '../asking/put-question.ts';
import { isCertificate, scanCertificate } from './scan-certificate.ts';

/** What a code comes to: a pass is verified here, with or without a network; about everything else the gateway is asked. */
export async function scanText(text: string, asking: Asking): Promise<Outcome> {
  const carried = await scanCarried(text, asking);
  if (carried !== null) return carried;
  const bare = unframed(text);
  const outcome = await ask(text, asking);
  // With a network the gateway attests; without one the certificate's own bytes have to do.
  const isAway = outcome.kind === 'problem' && outcome.code === 'gateway_unreachable';
  return isAway && isCertificate(bare) ? await scanCertificate(bare, asking.trust, asking.nowS()) : outcome;
}

/** What a pass comes to, whatever network there is; null where a text is none. */
export async function scanCarried(text: string, asking: Asking): Promise<Outcome | null> {
  const bare = unframed(text);
  return isPass(bare) ? await scanPass(bare, asking) : null;
}

async function scanPass(token: string, { trust, nowS }: Asking): Promise<Outcome> {
  const material = trust.passes();
  if ('problem' in material) return scanProblem(material.problem);
  const checked = await verifyPass(token, { ...material.checks, atS: nowS() });
  if (!checked.verified) return refusedPass(checked);
  if (checked.claims.destination !== material.province) return scanProblem('pass_elsewhere');
  return { kind: 'pass', claims: checked.claims, listAsOfS: checked.list_as_of_s };
}

async function ask(code: string, asking: Asking): Promise<Outcome> {
  const form = { schema: verificationReplySchema, expected: [200] };
  const asked = await putQuestion('/v1/verifications', form, code, asking);
  return asked.kind === 'reply' ? await believed(asked.reply, asked, asking) : asked;
}
