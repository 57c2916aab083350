import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type StatementReply, statementReplySchema, statementRequestSchema } from '../../schemas/statement-exchange.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { questionDigest } from '../trust/statement-answer.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { type HiddenNode, startHiddenNode } from './hidden-node.ts';

let nation: HiddenNode;
beforeAll(async () => {
  nation = await startHiddenNode();
});
afterEach(() => {
  nation.beforeRelay.meddle = null;
  nation.beforeIssuer.meddle = null;
});
afterAll(() => nation.stop());

const nowS = () => Math.floor(Date.now() / 1000);
const scan = (scenario: string) => nation.scan(scenario);
const adapterOf = ({ attestation }: VerificationReply) => String(decodeJwt(attestation)['adapter']);
const reasonsOf = ({ status, reasons }: VerificationReply) => [status, reasons.map(({ code }) => code)];
const tokenIn = (authorization = '') => decodeJwt(authorization.replace('Bearer ', ''));

describe('a province whose node is out of reach', () => {
  test.each([
    ['green', 'green', 'pass'],
    ['red', 'red', 'restrict'],
  ])('is not answered for (%s) by way of the national platform', async (scenario, status, decision) => {
    const reply = await scan(scenario);
    expect([reply.status, reply.decision, reply.assurance]).toEqual([status, decision, 'node-signed']);
    expect(adapterOf(reply)).toMatch(/ by national$/);
    const bundle = trustBundleSchema.parse(
      await (await fetch(`${nation.destination.node.url}/federation/bundle`)).json(),
    );
    const { verified, chain } = await verifyAttestation(reply, {
      anchor: bundle,
      chainOf: (id) => bundle.chains[id] ?? [],
      atS: nowS(),
      sm2Verify: verifySm2,
    });
    expect([verified, chain.some(({ iss }) => iss === nation.issuer.entityId)]).toEqual([true, true]);
  });

  test('and the relay are told more than the question and who asks it', async () => {
    const reply = await scan('green');
    expect(reply.decision).toBe('pass');
    const [toRelay, toIssuer] = [nation.beforeRelay.questions.at(-1), nation.beforeIssuer.questions.at(-1)];
    if (toRelay === undefined || toIssuer === undefined) throw new Error('nobody was asked');
    expect(toRelay.path).toBe('/issuers/000000/v1/statements/relay');
    expect([toIssuer.path, toIssuer.body]).toEqual(['/v1/statements', toRelay.body]);
    const request = statementRequestSchema.parse(JSON.parse(toRelay.body));
    expect(request).toMatchObject({ code: nation.lastCode(), purpose: 'medical_visit' });
    const token = tokenIn(toRelay.headers.authorization);
    expect(token).toMatchObject({ iss: nation.destination.entityId, aud: nation.issuer.entityId });
    expect(token['question']).toBe(questionDigest(request));
    expect(toIssuer.headers.authorization).toBe(toRelay.headers.authorization);
    expect([toRelay.headers['huren-hops'], toIssuer.headers['huren-hops']]).toEqual(['1', '2']);
    const [first, second] = [toRelay, toIssuer].map(({ headers }) => Number(headers['huren-within-ms']));
    expect(second).toBeLessThan(first ?? 0);
    expect(toIssuer.reply).toBe(toRelay.reply);
    const [trace, again] = [toRelay, toIssuer].map(({ headers }) => String(headers['traceparent']).split('-'));
    expect(trace?.[1]).toMatch(/^[0-9a-f]{32}$/);
    expect([again?.[1] === trace?.[1], again?.[2] === trace?.[2]]).toEqual([true, false]);
    const everything = JSON.stringify([toRelay.headers, toRelay.body, token, toIssuer.headers, toIssuer.body]);
    expect(['a-venue', 'hospital', '420106'].filter((word) => everything.includes(word))).toEqual([]);
  });

  test('that knows no such code, or an expired one, is said to be away', async () => {
    await expect(scan('expired')).rejects.toMatchObject({ code: 'code_expired' });
    await expect(scan('unknown')).rejects.toMatchObject({ code: 'code_unrecognised' });
  });

  test('and that the platform does not reach either is not asked itself', async () => {
    nation.beforeIssuer.meddle = () => 'cut';
    const reply = await scan('green');
    expect([reply.decision, reply.assurance]).toEqual(['pass', 'transport']);
    expect(adapterOf(reply)).toMatch(/ by direct$/);
  });

  test('is not asked itself while the relay is away', async () => {
    nation.beforeRelay.meddle = () => 'cut';
    expect(adapterOf(await scan('green'))).toMatch(/ by direct$/);
  });

  test('that signs with another key is not believed, since the platform still has its last chain', async () => {
    const kidOf = ({ evidence }: VerificationReply) => decodeProtectedHeader(evidence[0]?.split('~')[0] ?? '').kid;
    const before = kidOf(await scan('green'));
    const readS = nowS();
    await expect.poll(nowS).toBeGreaterThan(readS + 1);
    const keys = openKeyStore({ setting: null, dataDir: nation.issuer.dataDir });
    await keys.rotate('issuer', 'statement', nowS());
    keys.close();
    const decisions = new Set<string>();
    const scanned = async () => {
      const reply = await scan('green');
      decisions.add(`${reply.decision} ${reply.assurance}`);
      return kidOf(reply) !== before;
    };
    await expect.poll(scanned).toBe(true);
    expect([...decisions]).toEqual(['pass node-signed']);
  });

  test('is gone round where it answers with something that is no reply', async () => {
    nation.beforeIssuer.meddle = () => 'x'.repeat(30_000);
    expect(reasonsOf(await scan('green'))).toEqual(['indeterminate', ['issuer_unavailable']]);
    nation.beforeIssuer.meddle = () => '{"answer":1}';
    expect(reasonsOf(await scan('green'))).toEqual(['indeterminate', ['issuer_unavailable', 'issuer_reply_invalid']]);
  });
});

describe('a relay', () => {
  const parsed = (reply: string) => statementReplySchema.parse(JSON.parse(reply));
  const INVALID = ['issuer_unavailable', 'issuer_reply_invalid'];
  const FORGED = ['issuer_unavailable', 'issuer_signature_invalid'];
  /** With one claim of the answer changed under its old signature. */
  const altered = ({ answer, statement }: StatementReply, claim: string, value: unknown) => {
    const [header, payload = '', signature] = answer.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), [claim]: value };
    const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return { answer: [header, changed, signature].join('.'), ...(statement === undefined ? {} : { statement }) };
  };
  let earlier: StatementReply;

  beforeAll(async () => {
    await scan('red');
    earlier = parsed(nation.beforeRelay.questions.at(-1)?.reply ?? '');
  });

  test.each<[string, (reply: StatementReply) => unknown, string[]]>([
    ['that brings up an earlier answer', () => earlier, INVALID],
    ['that puts an earlier statement under it', (reply) => ({ ...reply, statement: earlier.statement }), INVALID],
    ['that takes the statement away', ({ answer }) => ({ answer }), INVALID],
    [
      'that takes disclosures away',
      (reply) => ({ ...reply, statement: `${reply.statement?.split('~')[0]}~` }),
      INVALID,
    ],
    ['that adds a member', (reply) => ({ ...reply, more: 1 }), INVALID],
    ['that answers itself', () => ({ answer: 'a.b.c' }), FORGED],
    ...[
      'iss',
      'aud',
      'iat',
      'exp',
      'nonce',
      'question',
      'outcome',
      'statement_digest',
      'reasons',
      'local_ground_only',
    ].map((claim): [string, (reply: StatementReply) => unknown, string[]] => [
      `that changes ${claim}`,
      (reply) => altered(reply, claim, claim === 'outcome' ? 'absent' : 1),
      FORGED,
    ]),
  ])('%s is believed, or has the province asked another way', async (_what, meddle, reasons) => {
    // So that no breaker opens meanwhile.
    for (let n = 0; n < 2; n += 1) expect((await scan('green')).decision).toBe('pass');
    nation.beforeRelay.meddle = (reply) => JSON.stringify(meddle(parsed(reply)));
    const reply = await scan('green');
    expect(reasonsOf(reply)).toEqual(['indeterminate', reasons]);
    expect(reply.evidence).toEqual([]);
  });
});

describe('a relay that goes on spoiling answers', () => {
  test('has the province asked another way once the breaker is open', async () => {
    nation.beforeRelay.meddle = () => '{"answer":"a.b.c"}';
    const answers = new Set<string>();
    // As many as it takes: what went well a moment ago counts as well.
    for (let n = 0; n < 400 && answers.size < 2; n += 1) {
      answers.add((await scan('green')).reasons.map(({ code }) => code).join());
    }
    expect([...answers]).toEqual(['issuer_unavailable,issuer_signature_invalid', 'issuer_unavailable']);
    nation.beforeRelay.meddle = null;
    await expect.poll(async () => adapterOf(await scan('green'))).toMatch(/ by national$/);
  });
});
