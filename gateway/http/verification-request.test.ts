import { expect, test } from 'vitest';
import { MAX_CODE_LENGTH, verificationRequestSchema } from '../../schemas/verification.ts';
import { parseVerificationRequest } from './verification-request.ts';

const GOOD = { code: 'HN1', purpose: 'medical_visit', forms: ['jws', 'merkle'] };
const ODD: Readonly<Record<keyof typeof GOOD, readonly unknown[]>> = {
  code: ['', 'c'.repeat(MAX_CODE_LENGTH), 'c'.repeat(MAX_CODE_LENGTH + 1), '码', 7, null, ['HN1'], { length: 1 }],
  purpose: ['venue_entry', 'Medical_visit', '', 7, null, ['medical_visit']],
  forms: [
    ['jws'],
    ['merkle'],
    ['jws', 'jws'],
    [],
    ['jws', 'merkle', 'jws'],
    ['cose'],
    ['jws', null],
    'jws',
    null,
    { length: 1 },
  ],
};
const without = (name: string) => Object.fromEntries(Object.entries(GOOD).filter(([one]) => one !== name));
const beside = [{ nonce: 'n' }, { nonce: '' }, { nonce: 7 }, { venue: 'x' }];

/** As it is read off the wire. */
function outcomeOf(value: unknown): unknown {
  try {
    return parseVerificationRequest(JSON.parse(JSON.stringify(value)), 'the body');
  } catch (error) {
    return error;
  }
}

test.each(
  Object.entries(ODD),
)('a question is taken that is good but for its %s, or has another member', (name, odd) => {
  const questions = [GOOD, without(name), ...odd.map((one) => ({ ...GOOD, [name]: one }))];
  for (const question of [...questions, ...questions.flatMap((one) => beside.map((more) => ({ ...one, ...more })))]) {
    const parsed = verificationRequestSchema.safeParse(question);
    const expected = parsed.success ? parsed.data : expect.objectContaining({ code: 'body_invalid' });
    expect(outcomeOf(question)).toEqual(expected);
  }
});

test.each<[string, object]>([
  ['a code and a purpose', without('forms')],
  ['the forms that its venue takes', GOOD],
  ['one form alone', { ...GOOD, forms: ['merkle'] }],
  ['the longest code', { ...GOOD, code: 'c'.repeat(MAX_CODE_LENGTH) }],
])('a question with %s is put to the schema', (_what, question) => {
  // What a schema takes it lays out anew.
  expect(parseVerificationRequest(question, 'the body')).toBe(question);
});

test.each([[[]], [['HN1', 'medical_visit']], [null], ['HN1'], [7]])('%j is taken for a question', (value) => {
  expect(outcomeOf(value)).toMatchObject({ code: 'body_invalid' });
});
