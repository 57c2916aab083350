import { type BatchRow, rowOfPass, rowWithout } from '../../../schemas/batch-row.ts';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { PROBLEMS } from '../../../schemas/problem.ts';
import type { Remedy } from '../../../schemas/remedy.ts';
import type { ScannedLine } from '../../../schemas/scanned-lines.ts';
import { DECISION_TEXTS } from '../../../schemas/texts/answer.ts';
import { DOOR_NEXT_TEXTS, LAST_RESORT_TEXT } from '../../../schemas/texts/door-next.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { checkText } from '../../../schemas/texts/trust-errors.ts';
import { batchReplySchema, MAX_CODE_LENGTH } from '../../../schemas/verification.ts';
import { type Face, faceOf } from '../asking/face.ts';
import { doorNextOf, lastResortOf, type Outcome, type Problem, scanProblem, wordOf } from '../asking/outcome.ts';
import { type Asking, believed, questionOf, readReply } from '../asking/put-question.ts';
import type { VenueAccess } from '../asking/venue-access.ts';
import { scanCarried } from './scan-text.ts';

/** As many as a client may ask about in half a second unless told otherwise. */
const AT_ONCE = 20;
const WITHIN_MS = 30_000;
const MAX_WAITS = 30;
const MAX_WAIT_S = 30;

/**
 * A row as it is shown: by the face and the word that the same answer has alone, in words why there is none and what is then
 * done, and where its person turns, which is the gateway's own word.
 */
export interface ShownRow extends BatchRow {
  readonly face: Face;
  readonly word: LocalisedText;
  readonly why: LocalisedText | null;
  readonly next: readonly LocalisedText[];
  readonly remedy: Remedy | null;
}

interface BatchRun {
  readonly onRows: (rows: readonly ShownRow[]) => void;
  readonly isWanted: () => boolean;
}

/**
 * Checks many codes, some at a time: passes here, the rest by the gateway, and each answer is verified. Gives null once all
 * have a row, or why it ended before. Once it is not `isWanted` any more, nothing further is asked or told.
 */
export async function askBatch(
  lines: readonly ScannedLine[],
  asking: Asking,
  { onRows, isWanted }: BatchRun,
): Promise<Problem | null> {
  for (let at = 0; at < lines.length; at += AT_ONCE) {
    const rows = await rowsOf(lines.slice(at, at + AT_ONCE), asking);
    if (!isWanted()) return null;
    if ('kind' in rows) return rows;
    onRows(rows);
  }
  return null;
}

async function rowsOf(lines: readonly ScannedLine[], asking: Asking): Promise<ShownRow[] | Problem> {
  const outcomes = new Map<number, Outcome>();
  const others: ScannedLine[] = [];
  for (const { line, code } of lines) {
    const carried = await scanCarried(code, asking);
    if (carried !== null) outcomes.set(line, carried);
    else if (code.length <= MAX_CODE_LENGTH) others.push({ line, code });
  }
  if (others.length > 0) {
    const answered = await answersTo(others, asking);
    if ('kind' in answered) return answered;
    for (const [line, outcome] of answered) outcomes.set(line, outcome);
  }
  return lines.map(({ line }) => rowOf(line, outcomes.get(line)));
}

async function answersTo(lines: readonly ScannedLine[], asking: Asking): Promise<Map<number, Outcome> | Problem> {
  const access = await asking.obtainAccess();
  if (typeof access === 'string') return scanProblem(access);
  const items = lines.map(({ code }) => questionOf(code, access, asking.purpose));
  const read = await waitedOut(access, items);
  if ('kind' in read) return read;
  const { results } = read.document;
  const outcomes = lines.map(async ({ line }, at): Promise<[number, Outcome]> => {
    const [result, nonce] = [results[at], items[at]?.nonce ?? ''];
    if (result === undefined) return [line, scanProblem('reply_unreadable')];
    if ('code' in result) return [line, { kind: 'problem', ...result }];
    return [line, await believed(result, { nonce, access }, asking)];
  });
  return new Map(await Promise.all(outcomes));
}

/** A refusal for its rate says when to come back, and is waited out; any other is told. */
async function waitedOut(access: VenueAccess, items: readonly object[]) {
  for (let waits = 0; ; waits += 1) {
    const reply = await access.post('/v1/verifications/batch', { items }, WITHIN_MS);
    const read = readReply(reply, batchReplySchema, [200]);
    if (!('kind' in read) || read.code !== 'rate_limited' || waits >= MAX_WAITS) return read;
    const waitS = Math.min(MAX_WAIT_S, Math.max(1, read.retryAfterS ?? 1));
    await new Promise((resolve) => setTimeout(resolve, 1000 * waitS));
  }
}

function rowOf(line: number, outcome: Outcome | undefined): ShownRow {
  // Nobody can tell: in a list that is a line without an answer, as it is in what is saved of it.
  const isUntold = outcome === undefined || outcome.kind === 'untold';
  const [face, word] = isUntold ? (['problem', SCAN_TEXTS.no_answer] as const) : [faceOf(outcome), wordOf(outcome)];
  return { ...saidOf(line, outcome), face, word };
}

function saidOf(line: number, outcome: Outcome | undefined): Omit<ShownRow, 'face' | 'word'> {
  switch (outcome?.kind) {
    case 'answer': {
      const { decision, status, issuer_province: issuer, reasons, status_as_of } = outcome.claims;
      const said = { decision, status, issuer, reasons: [...reasons], status_as_of };
      const next = decision === 'pass' ? [] : [DECISION_TEXTS[decision].next];
      return { line, verified: true, ...said, problem: null, why: null, next, remedy: outcome.remedy };
    }
    case 'pass':
      return { ...rowOfPass(line, outcome.claims), why: null, next: [], remedy: null };
    case 'unverified':
    case 'untold': {
      const next = [outcome.kind === 'unverified' ? SCAN_TEXTS.unverified_next : DECISION_TEXTS.refer.next];
      return { ...rowWithout(line, outcome.failure.code), why: checkText(outcome.failure), next, remedy: null };
    }
    case 'problem':
    case 'refused': {
      // As whoever this page asks: for want of that a whole batch is refused, and never a line of it.
      const next = [doorNextOf(outcome, 'session'), lastResortOf(outcome)].filter((said) => said !== null);
      return { ...rowWithout(line, outcome.code), why: outcome.text, next, remedy: null };
    }
    // A certificate without a network is decided one by one, where an identity document can be looked at.
    case 'certificate':
    case undefined: {
      const next = [DOOR_NEXT_TEXTS.code_unrecognised, LAST_RESORT_TEXT];
      return { ...rowWithout(line, 'code_unrecognised'), why: PROBLEMS.code_unrecognised, next, remedy: null };
    }
  }
}
