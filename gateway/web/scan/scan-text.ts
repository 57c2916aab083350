import { base64url } from 'jose';
import type { Purpose } from '../../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { problemSchema } from '../../../schemas/problem.ts';
import { unframed } from '../../../schemas/scanned-text.ts';
import { EVERY_FORM } from '../../../schemas/token-form.ts';
import { type VerificationReply, verificationReplySchema } from '../../../schemas/verification.ts';
import { type CheckedAnswer, checkAnswer } from '../../trust/check-answer.ts';
import { MAX_PASS_LENGTH, PASS_TYP, verifyPass } from '../../trust/recognition-pass.ts';
import { parseCompact } from '../../trust/strict-jws.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { type Outcome, refusedPass, scanProblem } from './outcome.ts';
import { isCertificate, scanCertificate } from './scan-certificate.ts';
import type { ScannerTrust } from './scanner-trust.ts';
import type { NoAccess, VenueAccess } from './venue-access.ts';

const ANSWER_WITHIN_MS = 15_000;

interface Scanning {
  readonly trust: ScannerTrust;
  /** As whom to ask. Passes are verified whoever this page is. */
  readonly obtainAccess: () => Promise<VenueAccess | NoAccess>;
  /** Null: what the venue checks for in the first place. */
  readonly purpose: Purpose | null;
  readonly nowS: () => number;
  /** By how many seconds this clock is off, as an answer that was just signed for this very question shows. */
  readonly onClock: (aheadS: number) => void;
}

/** What a code comes to: a pass is verified here, with or without a network; about everything else the gateway is asked. */
export async function scanText(text: string, scanning: Scanning): Promise<Outcome> {
  const bare = unframed(text);
  if (isPass(bare)) return await scanPass(bare, scanning);
  const outcome = await ask(text, scanning);
  // With a network the gateway attests; without one the certificate's own bytes have to do.
  const isAway = outcome.kind === 'problem' && outcome.code === 'gateway_unreachable';
  return isAway && isCertificate(bare) ? await scanCertificate(bare, scanning.trust, scanning.nowS()) : outcome;
}

/** Its `typ` decides, and nothing in it is believed for that. */
function isPass(bare: string): boolean {
  try {
    parseCompact(bare, { maxBytes: MAX_PASS_LENGTH, typ: PASS_TYP });
    return true;
  } catch {
    return false;
  }
}

async function scanPass(token: string, { trust, nowS }: Scanning): Promise<Outcome> {
  const material = trust.passes();
  if ('problem' in material) return scanProblem(material.problem);
  const checked = await verifyPass(token, { ...material.checks, atS: nowS() });
  if (!checked.verified) return refusedPass(checked);
  if (checked.claims.destination !== material.province) return scanProblem('pass_elsewhere');
  return { kind: 'pass', claims: checked.claims, listAsOfS: checked.list_as_of_s };
}

/** A code travels in the body alone: an address is written down on its way. */
async function ask(code: string, scanning: Scanning): Promise<Outcome> {
  const access = await scanning.obtainAccess();
  if (typeof access === 'string') return scanProblem(access);
  const purpose = scanning.purpose ?? access.purposes[0] ?? 'venue_entry';
  const headers = await access.headers();
  const nonce = base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
  const reply = await askOwnGateway(
    '/v1/verifications',
    {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ code, purpose, nonce, forms: EVERY_FORM }),
    },
    ANSWER_WITHIN_MS,
  );
  if (reply === null) return scanProblem('gateway_unreachable');
  const document = jsonOrUndefined(reply.text);
  if (reply.status !== 200) {
    const problem = problemSchema.safeParse(document).data;
    return problem === undefined ? scanProblem('reply_unreadable') : { kind: 'problem', ...problem };
  }
  const answer = verificationReplySchema.safeParse(document).data;
  return answer === undefined ? scanProblem('reply_unreadable') : await believed(answer, nonce, access, scanning);
}

/** The answer, as far as it verifies. Keys may have changed since the bundle was fetched: it is fetched again, once. */
async function believed(
  answer: VerificationReply,
  nonce: string,
  access: VenueAccess,
  { trust, nowS, onClock }: Scanning,
): Promise<Outcome> {
  const { attestation, evidence, remedy } = answer;
  const check = () =>
    checkAnswer({ attestation, evidence, spoken: answer }, trust.answers, {
      atS: nowS(),
      audience: access.clientId,
      nonce,
    });
  let checked: CheckedAnswer = await check();
  if (!checked.verified && checked.clock_off_s === undefined && (await trust.refresh(access.destination))) {
    checked = await check();
  }
  if (!checked.verified) {
    if (checked.link === 'attestation' && checked.clock_off_s !== undefined) onClock(-checked.clock_off_s);
    return { kind: 'unverified', failure: checked };
  }
  onClock(nowS() - checked.claims.iat);
  trust.noteSigned(checked.claims.iat);
  return { kind: 'answer', claims: checked.claims, remedy };
}
