import { beforeAll, describe, expect, test } from 'vitest';
import type { StatementAnswer, StatementRequest } from '../../schemas/statement-exchange.ts';
import { makeKey } from './federation.fixture.ts';
import { plainly } from './signer.ts';
import {
  type AskedQuestion,
  questionDigest,
  signStatementAnswer,
  statementDigest,
  verifyStatementAnswer,
} from './statement-answer.ts';

const AT_S = 1_767_225_600;
const REQUEST: StatementRequest = { code: 'CODE-OF-NOBODY', purpose: 'venue_entry', nonce: 'n'.repeat(22) };
const ASKED: AskedQuestion = { issuer: 'https://issuer.example', gateway: 'https://gateway.example', request: REQUEST };
const STATEMENT = 'a.b.c~d~';

let key: Awaited<ReturnType<typeof makeKey>>;
let good: StatementAnswer;
beforeAll(async () => {
  key = await makeKey('statements');
  good = {
    iss: ASKED.issuer,
    aud: ASKED.gateway,
    iat: AT_S,
    exp: AT_S + 60,
    nonce: REQUEST.nonce,
    question: questionDigest(REQUEST),
    outcome: 'statement',
    statement_digest: statementDigest(STATEMENT),
    reasons: [],
    local_ground_only: false,
  };
});

async function opened(claims: StatementAnswer, { asked = ASKED, statement = STATEMENT, atS = AT_S } = {}) {
  const answer = await signStatementAnswer(claims, plainly(key.signer));
  const reply = statement === '' ? { answer } : { answer, statement };
  return await verifyStatementAnswer(reply, asked, { keys: [key.jwk] }, atS);
}

const asked = (changes: Partial<StatementRequest>): { asked: AskedQuestion } => {
  return { asked: { ...ASKED, request: { ...REQUEST, ...changes } } };
};

describe('an answer', () => {
  test('that is in order is refused', async () => {
    expect(await opened(good)).toEqual(good);
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['by another issuer', () => opened({ ...good, iss: 'https://elsewhere.example' }), 'issuer_mismatch'],
    ['for another gateway', () => opened({ ...good, aud: 'https://elsewhere.example' }), 'audience_mismatch'],
    ['with another nonce', () => opened({ ...good, nonce: 'm'.repeat(22) }), 'evidence_mismatch'],
    ['to another code', () => opened(good, asked({ code: 'CODE-OF-ANOTHER' })), 'evidence_mismatch'],
    ['to another purpose', () => opened(good, asked({ purpose: 'medical_visit' })), 'evidence_mismatch'],
    ['with another statement', () => opened(good, { statement: 'a.b.c~e~' }), 'evidence_mismatch'],
    ['without its statement', () => opened(good, { statement: '' }), 'evidence_mismatch'],
    ['from a minute and more ago', () => opened(good, { atS: AT_S + 121 }), 'expired'],
    ['from the future', () => opened(good, { atS: AT_S - 61 }), 'not_yet_valid'],
    ['that would live for an hour', () => opened({ ...good, exp: AT_S + 3_600 }), 'claims_invalid'],
  ])('%s is believed', async (_what, open, code) => {
    await expect(open()).rejects.toMatchObject({ code });
  });

  test('of absence carries a statement along', async () => {
    const { iss, aud, iat, exp, nonce, question } = good;
    const absent = { iss, aud, iat, exp, nonce, question, outcome: 'absent', why: 'unknown' } as const;
    expect(await opened(absent, { statement: '' })).toEqual(absent);
    await expect(opened(absent)).rejects.toMatchObject({ code: 'evidence_mismatch' });
  });

  test('to a code passes for one to a reference of the same text', async () => {
    const { code, ...rest } = REQUEST;
    expect(questionDigest({ ...rest, reference: code ?? '' })).not.toBe(questionDigest(REQUEST));
  });
});
