import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../schemas/problem.ts';
import {
  MOST_STATEMENT_ITEMS,
  type StatementBatchLine,
  statementBatchLineSchema,
} from '../../schemas/statement-exchange.ts';
import { EVERY_FORM } from '../../schemas/token-form.ts';
import { type VerificationReply, verificationReplySchema } from '../../schemas/verification.ts';
import { huren } from '../cli/huren.fixture.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { signNodeToken } from '../trust/node-token.ts';
import { formOf } from '../trust/status-statement.ts';
import { BY_NODE, type OverheardNation, startOverheardNation, verdict } from './overheard-nation.ts';
import { openVenueClient, setFault, type VenueClient } from './venue-client.ts';

let overheard: OverheardNation;
let venue: VenueClient;
let attestation: KeyRing;

const nowS = () => Math.floor(Date.now() / 1000);
const nonce = () => randomBytes(16).toString('base64url');

beforeAll(async () => {
  overheard = await startOverheardNation();
  const { nation } = overheard;
  venue = await openVenueClient(nation.url);
  const keys = openKeyStore({ setting: null, dataDir: nation.dataDir });
  attestation = await keys.openRing('gateway', 'attestation', { nowS: nowS() });
});
afterEach(async () => {
  overheard.between.meddle = null;
  await setFault(overheard.nation.url, BY_NODE, null);
});
afterAll(() => overheard.stop());

const question = (about: object) => ({ purpose: 'venue_entry', nonce: nonce(), ...about });
const ours = async (scenario = 'green') => question({ code: await overheard.freshCode(BY_NODE, scenario) });
const foreign = () => question({ code: `nobody issued this one ${randomUUID()}` });

async function post(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const iat = nowS();
  const claims = {
    iss: overheard.between.url,
    aud: overheard.issuerOf(BY_NODE),
    iat,
    exp: iat + 60,
    jti: randomUUID(),
  };
  const token = await signNodeToken(claims, attestation.signer);
  return await fetch(`${overheard.nation.url}/v1/statements/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** The lines of a reply, in the order in which they came. */
async function lines(items: readonly unknown[], headers = {}): Promise<StatementBatchLine[]> {
  const reply = await post({ items }, headers);
  expect([reply.status, reply.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('application/x-ndjson'),
  ]);
  const text = await reply.text();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => statementBatchLineSchema.parse(JSON.parse(line)));
}

const outcomeOf = (line: StatementBatchLine) =>
  'problem' in line ? line.problem.code : String(decodeJwt(line.answer)['outcome']);
const inOrder = (all: readonly StatementBatchLine[]) => [...all].sort((a, b) => a.index - b.index);
const lastPart = (token: string) => token.split('~')[0]?.split('.')[2] ?? '';
/** The signature is what a third part ends in, whichever place comes before it. */
const signatureOf = (token: string) => Buffer.from(lastPart(token), 'base64url').subarray(-64).toString('base64url');

describe('questions that travel together', () => {
  test('share an outcome, or one that is refused fails the others', async () => {
    const first = await ours();
    const items = [
      first,
      await ours('red'),
      foreign(),
      { ...(await ours()), purpose: 'curiosity' },
      { ...(await ours()), nonce: first.nonce },
      question({ code: '11010519491231002X' }),
      question({ reference: 'R'.repeat(24) }),
      'no question at all',
      await ours(),
    ];
    const all = inOrder(await lines(items));
    expect(all.map(outcomeOf)).toEqual([
      'statement',
      'statement',
      'not_ours',
      'body_invalid',
      'proof_replayed',
      'personal_identifier_refused',
      'absent',
      'body_invalid',
      'statement',
    ]);
    expect(all.map(({ index }) => index)).toEqual(items.map((_, index) => index));
    const statuses = all.flatMap((line) => ('statement' in line ? [line.statement ?? ''] : []));
    expect(statuses.map((statement) => decodeJwt(statement.split('~')[0] ?? '')['status'])).toEqual([
      'green',
      'red',
      'green',
    ]);
  });

  test('that were overheard are answered again', async () => {
    const items = [await ours(), foreign()];
    await lines(items);
    expect((await lines(items)).map(outcomeOf)).toEqual(['proof_replayed', 'proof_replayed']);
  });

  test('wait for one of them that is slow', async () => {
    const slow = await ours();
    await setFault(overheard.nation.url, BY_NODE, { latencyMs: 1_500 });
    const reply = await post({ items: [slow, foreign(), foreign()] });
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    let early = '';
    while (early.split('\n').length < 3) early += (await reader?.read())?.value ?? '';
    expect(
      early
        .trimEnd()
        .split('\n')
        .map((line) => outcomeOf(statementBatchLineSchema.parse(JSON.parse(line)))),
    ).toEqual(['not_ours', 'not_ours']);
    const late = (await reader?.read())?.value ?? '';
    expect(outcomeOf(statementBatchLineSchema.parse(JSON.parse(late)))).toBe('statement');
  });

  test('run out of time together', async () => {
    const hanging = await ours();
    await setFault(overheard.nation.url, BY_NODE, { hang: true });
    const all = await lines([foreign(), hanging], { 'huren-within-ms': '300' });
    expect(all.map((line) => [line.index, outcomeOf(line)])).toEqual([
      [0, 'not_ours'],
      [1, 'unavailable'],
    ]);
  });

  test('are not counted one by one', async () => {
    const counted = async () => {
      const metrics = await (await fetch(`${overheard.nation.url}/metrics`)).text();
      return Number(/huren_statements_total\{asker="440000",outcome="not_ours"\} (\d+)/.exec(metrics)?.[1] ?? 0);
    };
    const before = await counted();
    await lines([foreign(), foreign(), foreign()]);
    expect((await counted()) - before).toBe(3);
  });

  test.each<[string, () => unknown, string]>([
    ['with more items than travel together', () => ({ items: Array.from({ length: 65 }, foreign) }), 'body_invalid'],
    ['without an item', () => ({ items: [] }), 'body_invalid'],
    ['that is a list', () => [foreign()], 'body_invalid'],
    ['with another member', () => ({ items: [foreign()], region: '440106' }), 'body_invalid'],
    ['that is too large', () => ({ items: [{ ...foreign(), code: 'x'.repeat(300_000) }] }), 'body_too_large'],
    ['that is no JSON', () => '{"items":[', 'body_invalid'],
  ])('in a frame %s are answered', async (_what, body, code) => {
    const reply = await post(body());
    expect(problemSchema.parse(await reply.json())).toMatchObject({ code, status: reply.status });
  });

  test.each<[string, Record<string, string>, string]>([
    ['by nobody', { authorization: '' }, 'node_token_invalid'],
    ['through four nodes', { 'huren-hops': '4' }, 'loop_refused'],
    ['as text', { 'content-type': 'text/plain' }, 'media_type_unsupported'],
  ])('that are asked %s are answered', async (_how, headers, code) => {
    const reply = await post({ items: [foreign()] }, headers);
    expect(problemSchema.parse(await reply.json()).code).toBe(code);
  });
});

describe('what is signed for questions that travel together', () => {
  test('has a signature each, though it is taken otherwise', async () => {
    const answers = await lines(Array.from({ length: 10 }, foreign));
    const tokens = answers.flatMap((line) => ('answer' in line ? [line.answer] : []));
    expect([tokens.length, new Set(tokens.map(signatureOf)).size]).toEqual([10, 1]);
  });

  test('shares one where a plain statement was asked for', async () => {
    await setFault(overheard.nation.url, BY_NODE, { latencyMs: 300 });
    const plain = await Promise.all(Array.from({ length: 8 }, () => ours()));
    const both = (await Promise.all(Array.from({ length: 24 }, () => ours()))).map((item) => ({
      ...item,
      forms: EVERY_FORM,
    }));
    const all = inOrder(await lines([...plain, ...both]));
    const statements = all.map((line) => ('statement' in line ? (line.statement ?? '') : ''));
    expect(new Set(statements.slice(0, 8).map(formOf))).toEqual(new Set(['jws']));
    expect(new Set(statements.slice(0, 8).map(signatureOf)).size).toBe(8);
    expect(new Set(statements.slice(8).map(signatureOf)).size).toBeLessThan(24);
  });
});

describe('scans that wait for one node', () => {
  const scan = async (code: string, forms = EVERY_FORM) => {
    const reply = await venue.post('/v1/verifications', { code, purpose: 'medical_visit', forms });
    return verificationReplySchema.parse(await reply.json());
  };

  test('travel one by one, or are answered with one another’s statements', async () => {
    const heard = overheard.between.questions.length;
    const scenarios = Array.from({ length: 48 }, (_, n) => (n % 2 === 0 ? 'green' : 'red'));
    const codes = await Promise.all(scenarios.map((scenario) => overheard.freshCode(BY_NODE, scenario)));
    await setFault(overheard.nation.url, BY_NODE, { latencyMs: 100 });
    const replies = await Promise.all(codes.map((code) => scan(code)));
    expect(replies.map(({ status, assurance }) => [status, assurance])).toEqual(
      scenarios.map((scenario) => [scenario, 'node-signed']),
    );
    const passed = overheard.between.questions.slice(heard);
    expect(passed).toHaveLength(codes.length);
    expect(new Set(passed.map(({ headers }) => headers)).size).toBeLessThan(codes.length / 2);
    const evidence = replies.flatMap((reply) => reply.evidence);
    expect(evidence.map(formOf)).toContain('merkle');
    for (const reply of replies) {
      const checked = await verdict(reply, overheard.nation.url);
      expect([checked.verified, checked.chain.length]).toEqual([true, 7]);
    }
  });

  test('get evidence that `huren verify` does not read, or reads though it was changed', async () => {
    const codes = await Promise.all(Array.from({ length: 16 }, () => overheard.freshCode(BY_NODE, 'green')));
    await setFault(overheard.nation.url, BY_NODE, { latencyMs: 100 });
    const replies = await Promise.all(codes.map((code) => scan(code)));
    const shared = replies.find(
      ({ evidence: [statement] }) => statement !== undefined && formOf(statement) === 'merkle',
    );
    if (shared === undefined) throw new Error('nothing was signed together');
    const argv = ['verify', '-', '--json', '--anchor', join(overheard.nation.dataDir, 'trust-bundle.json')];
    const read = async ({ attestation, evidence }: Pick<VerificationReply, 'attestation' | 'evidence'>) => {
      const ran = await huren(argv, {}, JSON.stringify({ attestation, evidence }));
      return [ran.exit, z.object({ verified: z.boolean() }).parse(JSON.parse(ran.stdout)).verified];
    };
    expect(await read(shared)).toEqual([0, true]);
    const other = replies.find(({ evidence }) => evidence[0] !== shared.evidence[0])?.evidence ?? [];
    expect(await read({ ...shared, evidence: other })).toEqual([1, false]);
  });

  test('are shown a form that the venue does not take', async () => {
    const codes = await Promise.all(Array.from({ length: 16 }, () => overheard.freshCode(BY_NODE, 'green')));
    await setFault(overheard.nation.url, BY_NODE, { latencyMs: 100 });
    const both = await Promise.all(codes.map((code) => scan(code)));
    expect(both.flatMap(({ evidence }) => evidence).map(formOf)).toContain('merkle');
    const plain = await Promise.all(codes.map((code) => scan(code, ['jws'])));
    expect(plain.flatMap(({ evidence }) => evidence).map(formOf)).toEqual(codes.map(() => 'jws'));
    const unsaid = await venue.verify(codes[0] ?? '');
    expect(unsaid.evidence.map(formOf)).toEqual(['jws']);
  });

  test('are lost where the connection breaks once, since their nonces are known already', async () => {
    let broken = 0;
    overheard.between.meddle = (reply) => {
      broken += 1;
      return broken === 1 ? 'cut' : reply;
    };
    const reply = await scan(await overheard.freshCode(BY_NODE, 'green'));
    expect([reply.status, broken]).toEqual(['green', 2]);
    const [first, second] = overheard.between.questions.slice(-2).map(({ body }) => JSON.parse(body).nonce);
    expect(first).not.toBe(second);
  });

  test('are as many as do not fit into one batch', async () => {
    const count = MOST_STATEMENT_ITEMS + 20;
    const codes = await Promise.all(Array.from({ length: count }, () => overheard.freshCode(BY_NODE, 'green')));
    const replies = await Promise.all(codes.map((code) => scan(code)));
    expect(new Set(replies.map(({ decision }) => decision))).toEqual(new Set(['pass']));
  });
});
