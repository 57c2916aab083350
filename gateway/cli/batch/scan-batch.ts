import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type BatchRow, rowOfPass, rowWithout } from '../../../schemas/batch-row.ts';
import type { ProvinceCode, Purpose } from '../../../schemas/code-lists/index.ts';
import { problemSchema } from '../../../schemas/problem.ts';
import { retryAfterSOf } from '../../../schemas/retry-after.ts';
import type { ScannedLine } from '../../../schemas/scanned-lines.ts';
import { EVERY_FORM } from '../../../schemas/token-form.ts';
import { batchReplySchema, MAX_CODE_LENGTH, type VerificationReply } from '../../../schemas/verification.ts';
import { checkAnswer } from '../../trust/check-answer.ts';
import { isPass, verifyPass } from '../../trust/recognition-pass.ts';
import { CliError } from '../cli-error.ts';
import { parseReply } from '../gateway-client.ts';
import type { TrustMaterial } from '../trust-material.ts';
import { knownPlace, type VenueAccess } from '../venue-access.ts';

/** As many as a client may ask about in half a second unless told otherwise, so that a coach is no crowd. */
const AT_ONCE = 20;
/** Busy is waited out, within reason: a gateway that says so for longer has another trouble. */
const MAX_WAITS = 30;
const MAX_WAIT_S = 30;

interface Batch {
  /** As whom to ask. Passes are verified whoever this is, and with nobody in reach. */
  readonly obtainAccess: () => Promise<VenueAccess>;
  readonly trust: TrustMaterial;
  /** Undefined: what the venue checks for in the first place. */
  readonly purpose: Purpose | undefined;
  /** Where passes have to be for; undefined: where the venue is. */
  readonly destination: ProvinceCode | undefined;
  /** Rows as they come, in the order of the lines. */
  readonly onRows: (rows: readonly BatchRow[]) => void;
}

/**
 * Asks about many codes, some at a time, and verifies every answer; a pass is verified here, and nobody is asked about it.
 * Throws CliError; what came before was handed on.
 */
export async function scanBatch(lines: readonly ScannedLine[], batch: Batch): Promise<void> {
  for (let at = 0; at < lines.length; at += AT_ONCE) {
    batch.onRows(await rowsOf(lines.slice(at, at + AT_ONCE), batch));
  }
}

async function rowsOf(lines: readonly ScannedLine[], batch: Batch): Promise<BatchRow[]> {
  const passes = lines.filter(({ code }) => isPass(code));
  // One that is too long would have the rest of its batch refused for the size of the whole.
  const codes = lines.filter(({ code }) => code.length <= MAX_CODE_LENGTH && !isPass(code));
  const rows = [...(await rowsOfPasses(passes, batch)), ...(await rowsOfCodes(codes, batch))];
  const byLine = new Map(rows.map((row) => [row.line, row]));
  return lines.map(({ line }) => byLine.get(line) ?? rowWithout(line, 'code_unrecognised'));
}

async function rowsOfCodes(lines: readonly ScannedLine[], { obtainAccess, trust, purpose }: Batch) {
  if (lines.length === 0) return [];
  const access = await obtainAccess();
  const asked = lines.map(({ line, code }) => {
    const item = { code, purpose: purpose ?? access.purpose, nonce: nonce(), forms: EVERY_FORM };
    return { line, item };
  });
  const results = await answered(
    access,
    asked.map(({ item }) => item),
  );
  return await Promise.all(
    asked.map(async ({ line, item }, at): Promise<BatchRow> => {
      const result = results[at];
      if (result === undefined) return rowWithout(line, 'reply_unreadable');
      if ('code' in result) return rowWithout(line, result.code);
      return await verifiedRow(line, result, { trust, audience: access.clientId, nonce: item.nonce });
    }),
  );
}

async function rowsOfPasses(lines: readonly ScannedLine[], { obtainAccess, trust, destination }: Batch) {
  if (lines.length === 0) return [];
  const here = destination ?? knownPlace(await obtainAccess());
  return await Promise.all(lines.map(({ line, code }) => rowOfPassAt(line, code, trust, here)));
}

async function rowOfPassAt(line: number, pass: string, trust: TrustMaterial, here: ProvinceCode): Promise<BatchRow> {
  const { anchor } = trust;
  if (anchor === null) return rowWithout(line, 'anchor_unknown');
  const checked = await verifyPass(pass, { ...trust, anchor, atS: Math.floor(Date.now() / 1000) });
  if (!checked.verified) return rowWithout(line, checked.code);
  return checked.claims.destination === here ? rowOfPass(line, checked.claims) : rowWithout(line, 'pass_elsewhere');
}

/** The outcomes of one batch; a refusal for its rate is waited out, any other is thrown. */
async function answered(access: VenueAccess, items: readonly object[]) {
  for (let waits = 0; ; waits += 1) {
    const reply = await access.post('/v1/verifications/batch', { items });
    if (reply.status === 200) return parseReply(reply, batchReplySchema).results;
    const problem = parseReply(reply, problemSchema);
    if (problem.code !== 'rate_limited' || waits >= MAX_WAITS) throw CliError.refused(problem);
    await delay(1000 * Math.min(MAX_WAIT_S, Math.max(1, retryAfterSOf(reply) ?? 1)));
  }
}

async function verifiedRow(
  line: number,
  answer: VerificationReply,
  { trust, ...expected }: { readonly trust: TrustMaterial; readonly audience: string; readonly nonce: string },
): Promise<BatchRow> {
  const { attestation, evidence } = answer;
  const atS = Math.floor(Date.now() / 1000);
  const checked = await checkAnswer({ attestation, evidence, spoken: answer }, trust, { atS, ...expected });
  if (!checked.verified) return rowWithout(line, checked.code);
  const { decision, status, issuer_province: issuer, reasons, status_as_of } = checked.claims;
  return { line, verified: true, decision, status, issuer, reasons: [...reasons], status_as_of, problem: null };
}

function nonce(): string {
  return randomBytes(16).toString('base64url');
}
