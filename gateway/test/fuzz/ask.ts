import { randomBytes, randomUUID } from 'node:crypto';
import { type Purpose, purposeSchema } from '../../../schemas/code-lists/index.ts';
import type { ProblemCode } from '../../../schemas/problem.ts';
import { type StatementOutcome, statementRequestSchema } from '../../../schemas/statement-exchange.ts';
import { signNodeToken } from '../../trust/node-token.ts';
import { questionDigest } from '../../trust/statement-answer.ts';
import type { Asker, Askers } from './askers.ts';
import { oneOf, type Random } from './random.ts';

/** What becomes of an ask: `cut`, where nobody is there any more to be told. */
export type Outcome = ProblemCode | `answer ${StatementOutcome['outcome']}` | 'cut';

/** One ask on its way to the door. */
export interface Ask {
  asker: Asker;
  /** Null: none is shown. */
  authorization: string | null;
  /** Names in lower case. */
  readonly headers: Map<string, string>;
  /** The target of the request line. */
  target: string;
  /** The question's members, before they become a body. */
  readonly members: Map<string, unknown>;
  /** The body that goes out, from the members as JSON. */
  frame: (json: string) => string | Uint8Array;
  /** `half`: the connection ends in the middle of the body. */
  wire: 'whole' | 'half';
  /** As the one item of a batch. */
  isTogether: boolean;
  /** The same once more: what counts is what becomes of the second. */
  isRepeated: boolean;
}

/**
 * Something wrong with an ask. The door looks at the stages in their order and says what it finds first; `outcomes`:
 * what that may be.
 */
export interface Fault {
  readonly name: string;
  readonly stage: Stage;
  readonly outcomes: readonly Outcome[];
  readonly spoil: (ask: Ask, random: Random, askers: Askers) => void | Promise<void>;
}

export const STAGES = ['hops', 'token', 'media', 'frame', 'members', 'binding', 'nonce', 'subject'] as const;
export type Stage = (typeof STAGES)[number];

const CONTENT_TYPES = [
  'application/json',
  'Application/JSON',
  'application/json; charset=utf-8',
  'application/json;v=1',
];

/** One JSON text, as its writers may spell it. */
const FRAMES: readonly Ask['frame'][] = [
  (json) => json,
  (json) => json.replace('":', '" :\r\n\t').replace('{', ' {\n'),
  (json) => json.replace('"purpose"', '"p\\u0075rpose"'),
  (json) => new TextEncoder().encode(json),
];

/** An ask that nothing is wrong with, in one of the many forms that are all the same. */
export async function askInOrder(askers: Askers, random: Random): Promise<Ask> {
  const asker = oneOf(random, askers.admitted);
  const purpose: Purpose = oneOf(random, [...purposeSchema.values]);
  const members: [string, unknown][] = [
    ['code', askers.nextCode()],
    ['purpose', purpose],
    ['nonce', freshNonce(random)],
  ];
  const headers = new Map([['content-type', oneOf(random, CONTENT_TYPES)]]);
  if (random(2) === 0) headers.set('huren-hops', '1');
  if (random(2) === 0) headers.set('huren-within-ms', oneOf(random, ['2000', '9000', '0', '-1', 'soon', '99999999']));
  const path = oneOf(random, ['/v1/statements', `${new URL(askers.issuer).pathname}/v1/statements`]);
  return {
    asker,
    authorization: `${oneOf(random, ['Bearer', 'bearer', 'BEARER'])} ${await nodeToken(askers, asker, random)}`,
    headers,
    target: oneOf(random, [path, path, `${path}?a=b`, `${path}/`, `${askers.url}${path}`]),
    members: new Map(random(2) === 0 ? members : members.toReversed()),
    frame: oneOf(random, FRAMES),
    wire: 'whole',
    isTogether: false,
    isRepeated: false,
  };
}

/** Makes it one that may have come through another node: its token is good for this question alone. */
export async function bindToQuestion(ask: Ask, askers: Askers, random: Random): Promise<void> {
  const question = questionDigest(statementRequestSchema.parse(Object.fromEntries(ask.members)));
  ask.authorization = `Bearer ${await nodeToken(askers, ask.asker, random, { question })}`;
  ask.headers.set('huren-hops', oneOf(random, ['1', '2', '3']));
}

/** At least 16 random octets, as many more as a nonce may have. */
export function freshNonce(random: Random): string {
  return randomBytes(17 + random(31)).toString('base64url');
}

/** A token in order, unless `changes` say otherwise. Undefined takes a claim away. */
export async function nodeToken(
  { issuer }: Pick<Askers, 'issuer'>,
  { entityId, signer }: Asker,
  random: Random,
  changes: object = {},
): Promise<string> {
  return await signNodeToken({ ...tokenClaims(issuer, entityId, random), ...changes }, signer);
}

/** Claims of a token in order, with half a minute to go at least. */
export function tokenClaims(issuer: string, gateway: string, random: Random) {
  const nowS = Math.floor(Date.now() / 1000);
  const iat = nowS - random(15);
  return { iss: gateway, aud: issuer, iat, exp: iat + 45 + random(15), jti: randomUUID() };
}
