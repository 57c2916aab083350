import { UpstreamError } from '../../../adapters/upstream-error.ts';
import { type AskedSystem, openSystems } from './asked-systems.ts';
import { oneOf, type Random } from './random.ts';
import { alteredText, otherEncoding, otherLetters, twoDocuments } from './reply-bytes.ts';
import { draftReply, replyOf } from './reply-draft.ts';
import {
  decoys,
  noRecord,
  noStatement,
  otherCode,
  otherFlag,
  otherNesting,
  otherStatus,
  otherTime,
  type ReplyFault,
  repeated,
  strangeStatus,
  tooDeep,
} from './reply-faults.ts';
import { type FuzzReport, type FuzzRun, type Judged, runCases } from './report.ts';

const FAULTS: readonly [string, ReplyFault][] = [
  ['in order', (draft) => ({ draft, expected: [draft.meant] })],
  ['strange status', strangeStatus],
  ['decoys', decoys],
  ['said twice', repeated],
  ['another code', otherCode],
  ['another HTTP status', otherStatus],
  ['no record', noRecord],
  ['another time', otherTime],
  ['another flag', otherFlag],
  ['no statement', noStatement],
  ['another nesting', otherNesting],
  ['too deep', tooDeep],
  ['another encoding', otherEncoding],
  ['altered', alteredText],
  ['altered', alteredText],
  ['other letters', otherLetters],
  ['two documents', twoDocuments],
];

/**
 * Has each system's driver read replies in its own shape with something done to them. A finding is a colour that the
 * table of the manifest does not give for what was written, an absence that nobody said, another failure than the
 * closed one, or an exception that is none.
 */
export async function fuzzReplies(run: FuzzRun): Promise<FuzzReport> {
  const systems = openSystems();
  return await runCases(run, async (random) => await tryOne(oneOf(random, systems), random));
}

async function tryOne(system: AskedSystem, random: Random): Promise<Judged> {
  const [name, fault] = oneOf(random, FAULTS);
  const { draft, expected } = fault(draftReply(system, random), random);
  const reply = replyOf(draft, random);
  const heard = await hear(system, reply);
  const isExpected = expected.some((one) => one === heard || (one === 'failed' && heard.startsWith('failed ')));
  const outcome = `${name}: ${heard}`;
  if (isExpected) return { outcome, finding: null };
  const said = `${system.manifest.system.id}: ${reply.status} ${JSON.stringify(Buffer.from(reply.body).toString())}`;
  return { outcome, finding: `${outcome} in place of ${expected.join(' or ')}: ${said}` };
}

async function hear(system: AskedSystem, reply: Parameters<AskedSystem['answer']>[0]): Promise<string> {
  try {
    const answer = await system.answer(reply);
    if (typeof answer === 'string') return `absent ${answer}`;
    const [reason] = answer.reasons.filter((one) => one === 'unmapped_value' || one === 'as_of_impossible');
    return reason === undefined ? answer.claims.status : `${answer.claims.status} ${reason}`;
  } catch (error) {
    if (error instanceof UpstreamError) return `failed ${error.code}`;
    throw error;
  }
}
