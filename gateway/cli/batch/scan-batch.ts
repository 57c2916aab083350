import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type BatchRow, rowWithout } from '../../../schemas/batch-row.ts';
import type { Purpose } from '../../../schemas/code-lists/index.ts';
import { problemSchema } from '../../../schemas/problem.ts';
import type { ScannedLine } from '../../../schemas/scanned-lines.ts';
import { EVERY_FORM } from '../../../schemas/token-form.ts';
import { batchReplySchema, MAX_CODE_LENGTH, type VerificationReply } from '../../../schemas/verification.ts';
import { checkAnswer } from '../../trust/check-answer.ts';
import { CliError } from '../cli-error.ts';
import { parseReply } from '../gateway-client.ts';
import type { TrustMaterial } from '../trust-material.ts';
import type { VenueAccess } from '../venue-access.ts';

/** As many as a client may ask about in half a second unless told otherwise, so that a coach is no crowd. */
const AT_ONCE = 20;
/** Busy is waited out, within reason: a gateway that says so for longer has another trouble. */
const MAX_WAITS = 30;
const MAX_WAIT_S = 30;

interface Batch {
  readonly access: VenueAccess;
  readonly trust: TrustMaterial;
  readonly purpose: Purpose;
  /** Rows as they come, in the order of the lines. */
  readonly onRows: (rows: readonly BatchRow[]) => void;
}

/** Asks about many codes, some at a time, and verifies every answer. Throws CliError; what came before was handed on. */
export async function scanBatch(lines: readonly ScannedLine[], batch: Batch): Promise<void> {
  for (let at = 0; at < lines.length; at += AT_ONCE) {
    batch.onRows(await rowsOf(lines.slice(at, at + AT_ONCE), batch));
  }
}

async function rowsOf(lines: readonly ScannedLine[], { access, trust, purpose }: Batch): Promise<BatchRow[]> {
  // One that is too long would have the rest of its batch refused for the size of the whole.
  const asked = lines
    .filter(({ code }) => code.length <= MAX_CODE_LENGTH)
    .map(({ line, code }) => ({ line, item: { code, purpose, nonce: nonce(), forms: EVERY_FORM } }));
  const results = await answered(
    access,
    asked.map(({ item }) => item),
  );
  const rows = new Map(
    await Promise.all(
      asked.map(async ({ line, item }, at): Promise<[number, BatchRow]> => {
        const result = results[at];
        if (result === undefined) return [line, rowWithout(line, 'reply_unreadable')];
        if ('code' in result) return [line, rowWithout(line, result.code)];
        return [line, await verifiedRow(line, result, { trust, audience: access.clientId, nonce: item.nonce })];
      }),
    ),
  );
  return lines.map(({ line }) => rows.get(line) ?? rowWithout(line, 'code_unrecognised'));
}

/** The outcomes of one batch; a refusal for its rate is waited out, any other is thrown. */
async function answered(access: VenueAccess, items: readonly object[]) {
  if (items.length === 0) return [];
  for (let waits = 0; ; waits += 1) {
    const reply = await access.post('/v1/verifications/batch', { items });
    if (reply.status === 200) return parseReply(reply, batchReplySchema).results;
    const problem = parseReply(reply, problemSchema);
    if (problem.code !== 'rate_limited' || waits >= MAX_WAITS) throw CliError.refused(problem);
    const waitS = Number(reply.headers.get('retry-after') ?? 1);
    await delay(1000 * Math.min(MAX_WAIT_S, Math.max(1, waitS || 1)));
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
