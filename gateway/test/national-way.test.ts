import { randomBytes, randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { problemSchema } from '../../schemas/problem.ts';
import { type StatementReply, statementReplySchema, statementRequestSchema } from '../../schemas/statement-exchange.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { signNodeToken } from '../trust/node-token.ts';
import type { Signer } from '../trust/signer.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { questionDigest } from '../trust/statement-answer.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { networksOf } from '../upstream/networks.ts';
import { verify } from '../verification/verify.ts';
import { type ListeningProxy, startListeningProxy } from './listening-proxy.ts';
import {
  type ProvincialNode,
  type RestOfNation,
  registerChanged,
  startProvincialNode,
  startSystem,
} from './provincial-node.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';

/*
 * Hainan's node answers at an address that the destination's network does not reach; the national platform's node, in the
 * sandbox, reaches both. Somebody listens before each of the two.
 */
const HIDDEN = '460000';
const ONLY_HERE = { ...networksOf('127.0.0.1/32'), reachesPublic: false, plainHttp: true };

let beforeRelay: ListeningProxy;
let beforeIssuer: ListeningProxy;
let sandbox: SandboxGateway;
let system: Awaited<ReturnType<typeof startSystem>>;
let issuer: ProvincialNode;
let destination: ProvincialNode;

beforeAll(async () => {
  beforeRelay = await startListeningProxy();
  beforeIssuer = await startListeningProxy('127.0.0.2');
  sandbox = await startSandboxGateway({ HUREN_ENTITY_ID: beforeRelay.url });
  beforeRelay.target = sandbox.url;
  const nation: RestOfNation = { url: sandbox.url, base: beforeRelay.url, dataDir: sandbox.dataDir };
  system = await startSystem(HIDDEN);
  issuer = await startProvincialNode(nation, { province: HIDDEN, kind: 'issuer', entityId: beforeIssuer.url, system });
  beforeIssuer.target = issuer.node.url;
  const terms = { province: '420000', kind: 'gateway', networks: ONLY_HERE, system } as const;
  destination = await startProvincialNode(nation, terms);
  await registerChanged(nation, destination, HIDDEN, {
    node: issuer.entityId,
    route: ['node', 'national', 'direct'],
    // Every scan is a question.
    freshness_s: 0,
    stale_grace_s: 0,
  });
});
afterEach(() => {
  beforeRelay.meddle = null;
  beforeIssuer.meddle = null;
});
afterAll(async () => {
  await destination.stop();
  await issuer.stop();
  system.stop();
  await sandbox.stop();
  await beforeRelay.stop();
  await beforeIssuer.stop();
});

const nowS = () => Math.floor(Date.now() / 1000);
const relayId = () => `${beforeRelay.url}/issuers/000000`;
const codeOf = (scenario: string): string => {
  const found = system.codes.list(Date.now()).find((code) => code.scenario === scenario);
  if (found === undefined) throw new Error(`no ${scenario} of ${HIDDEN}`);
  return found.code;
};
const entered = () => system.codes.enter(new Map(system.codes.tokens()));

function scan(scenario: string): Promise<VerificationReply> {
  entered();
  const role = destination.node.node.destination;
  if (role === null) throw new Error('the node answers no venues');
  const door = { clientId: 'a-venue', kind: 'hospital', region: '420106', destination: '420000' } as const;
  return verify(role.verification, door, { code: codeOf(scenario), purpose: 'medical_visit' });
}

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
    const bundle = trustBundleSchema.parse(await (await fetch(`${destination.node.url}/federation/bundle`)).json());
    const { verified, chain } = await verifyAttestation(reply, {
      anchor: bundle,
      chainOf: (id) => bundle.chains[id] ?? [],
      atS: nowS(),
      sm2Verify: verifySm2,
    });
    expect([verified, chain.some(({ iss }) => iss === issuer.entityId)]).toEqual([true, true]);
  });

  test('and the relay are told more than the question and who asks it', async () => {
    const reply = await scan('green');
    expect(reply.decision).toBe('pass');
    const [toRelay, toIssuer] = [beforeRelay.questions.at(-1), beforeIssuer.questions.at(-1)];
    if (toRelay === undefined || toIssuer === undefined) throw new Error('nobody was asked');
    expect(toRelay.path).toBe('/issuers/000000/v1/statements/relay');
    expect([toIssuer.path, toIssuer.body]).toEqual(['/v1/statements', toRelay.body]);
    const request = statementRequestSchema.parse(JSON.parse(toRelay.body));
    expect(request).toMatchObject({ code: codeOf('green'), purpose: 'medical_visit' });
    const token = tokenIn(toRelay.headers.authorization);
    expect(token).toMatchObject({ iss: destination.entityId, aud: issuer.entityId });
    expect(token['question']).toBe(await questionDigest(request));
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
    beforeIssuer.meddle = () => 'cut';
    const reply = await scan('green');
    expect([reply.decision, reply.assurance]).toEqual(['pass', 'transport']);
    expect(adapterOf(reply)).toMatch(/ by direct$/);
  });

  test('is not asked itself while the relay is away', async () => {
    beforeRelay.meddle = () => 'cut';
    expect(adapterOf(await scan('green'))).toMatch(/ by direct$/);
  });

  test('that signs with another key is not believed, since the platform still has its last chain', async () => {
    const kidOf = ({ evidence }: VerificationReply) => decodeProtectedHeader(evidence[0]?.split('~')[0] ?? '').kid;
    const before = kidOf(await scan('green'));
    const readS = nowS();
    await expect.poll(nowS, { timeout: 10_000 }).toBeGreaterThan(readS + 1);
    const keys = openKeyStore({ setting: null, dataDir: issuer.dataDir });
    await keys.rotate('issuer', 'statement', nowS());
    keys.close();
    const decisions = new Set<string>();
    const scanned = async () => {
      const reply = await scan('green');
      decisions.add(`${reply.decision} ${reply.assurance}`);
      return kidOf(reply) !== before;
    };
    await expect.poll(scanned, { timeout: 10_000 }).toBe(true);
    expect([...decisions]).toEqual(['pass node-signed']);
  });

  test('is gone round where it answers with something that is no reply', async () => {
    beforeIssuer.meddle = () => 'x'.repeat(30_000);
    expect(reasonsOf(await scan('green'))).toEqual(['indeterminate', ['issuer_unavailable']]);
    beforeIssuer.meddle = () => '{"answer":1}';
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
    earlier = parsed(beforeRelay.questions.at(-1)?.reply ?? '');
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
    beforeRelay.meddle = (reply) => JSON.stringify(meddle(parsed(reply)));
    const reply = await scan('green');
    expect(reasonsOf(reply)).toEqual(['indeterminate', reasons]);
    expect(reply.evidence).toEqual([]);
  });
});

describe('a relay that goes on spoiling answers', () => {
  test('has the province asked another way once the breaker is open', async () => {
    beforeRelay.meddle = () => '{"answer":"a.b.c"}';
    const answers = new Set<string>();
    for (let n = 0; n < 40; n += 1) answers.add((await scan('green')).reasons.map(({ code }) => code).join());
    expect([...answers]).toEqual(['issuer_unavailable,issuer_signature_invalid', 'issuer_unavailable']);
    beforeRelay.meddle = null;
    await expect.poll(async () => adapterOf(await scan('green')), { timeout: 10_000 }).toMatch(/ by national$/);
  });
});

describe('a question by way of the platform', () => {
  let attestation: Signer;
  beforeAll(async () => {
    const keys = openKeyStore({ setting: null, dataDir: destination.dataDir });
    attestation = (await keys.openRing('gateway', 'attestation', { nowS: nowS() })).signer;
    keys.close();
    entered();
  });

  const question = () => ({
    code: codeOf('green'),
    purpose: 'venue_entry' as const,
    nonce: randomBytes(16).toString('base64url'),
  });
  const token = (changes: object = {}) => {
    const iat = nowS();
    const claims = { iss: destination.entityId, aud: issuer.entityId, iat, exp: iat + 60, jti: randomUUID() };
    return signNodeToken({ ...claims, ...changes }, attestation);
  };
  const bound = async (asked: ReturnType<typeof question>, changes: object = {}) =>
    await token({ question: await questionDigest(asked), ...changes });

  async function post(url: string, asked: unknown, authorization: string, headers: Record<string, string> = {}) {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${authorization}`, ...headers },
      body: typeof asked === 'string' ? asked : JSON.stringify(asked),
    });
    const body: unknown = await reply.json();
    return problemSchema.safeParse(body).data?.code ?? Object.keys(statementReplySchema.parse(body)).join();
  }
  const relay = () => `${relayId()}/v1/statements/relay`;
  const node = () => `${issuer.entityId}/v1/statements`;

  test('that is in order is refused', async () => {
    const asked = question();
    expect(await post(relay(), asked, await bound(asked))).toBe('answer,statement');
    const again = question();
    expect(await post(node(), again, await bound(again), { 'huren-hops': '2' })).toBe('answer,statement');
  });

  test('is asked again, or its token used for another one', async () => {
    const asked = question();
    const authorization = await bound(asked);
    expect(await post(relay(), asked, authorization)).toBe('answer,statement');
    expect(await post(relay(), asked, authorization)).toBe('proof_replayed');
    for (const hops of ['1', '2']) {
      expect(await post(node(), asked, authorization, { 'huren-hops': hops })).toBe('proof_replayed');
      expect(await post(node(), question(), authorization, { 'huren-hops': hops })).toBe('node_token_invalid');
      const changed = { ...asked, purpose: 'medical_visit' };
      expect(await post(node(), changed, authorization, { 'huren-hops': hops })).toBe('node_token_invalid');
    }
    expect(await post(relay(), question(), authorization)).toBe('node_token_invalid');
  });

  test('with a token that is good for any is relayed, or answered where it was', async () => {
    const heard = beforeIssuer.questions.length;
    expect(await post(relay(), question(), await token())).toBe('node_token_invalid');
    expect(beforeIssuer.questions.length).toBe(heard);
    expect(await post(node(), question(), await token(), { 'huren-hops': '2' })).toBe('node_token_invalid');
  });

  test.each<[string, (asked: ReturnType<typeof question>) => Promise<[string, Record<string, string>?]>, string]>([
    ['to an issuer of the relay itself', async (asked) => [await bound(asked, { aud: relayId() })], 'loop_refused'],
    [
      'to another issuer of the node that relays',
      async (asked) => [await bound(asked, { aud: `${beforeRelay.url}/issuers/410000` })],
      'loop_refused',
    ],
    ['that has been through three nodes', async (asked) => [await bound(asked), { 'huren-hops': '3' }], 'loop_refused'],
    ['that does not count its nodes', async (asked) => [await bound(asked), { 'huren-hops': 'x' }], 'loop_refused'],
    ['that counts none', async (asked) => [await bound(asked), { 'huren-hops': '0' }], 'loop_refused'],
    [
      'to an entity that issues nothing',
      async (asked) => [await bound(asked, { aud: `${beforeRelay.url}/provinces/410000` })],
      'node_token_invalid',
    ],
    [
      'to an address that the asker made up',
      async (asked) => [await bound(asked, { aud: 'http://127.0.0.1:1' })],
      'node_token_invalid',
    ],
    ['by a stranger', async (asked) => [await bound(asked, { iss: 'https://stranger.example' })], 'node_not_admitted'],
    [
      'that has expired',
      async (asked) => [await bound(asked, { iat: nowS() - 61, exp: nowS() - 1 })],
      'node_token_invalid',
    ],
    [
      'for which no time is left',
      async (asked) => [await bound(asked), { 'huren-within-ms': '1' }],
      'node_unreachable',
    ],
    [
      'that is no JSON by its own word',
      async (asked) => [await bound(asked), { 'content-type': 'text/plain' }],
      'media_type_unsupported',
    ],
  ])('%s is passed on', async (_what, craft, expected) => {
    const heard = beforeIssuer.questions.length;
    const asked = question();
    const [authorization, headers] = await craft(asked);
    expect(await post(relay(), asked, authorization, headers)).toBe(expected);
    expect(beforeIssuer.questions.length).toBe(heard);
  });

  test.each(['99999', '1e9', '-1', '9'.repeat(40), 'soon'])('that may wait %s ms is waited for so long', async (ms) => {
    const asked = question();
    expect(await post(relay(), asked, await bound(asked), { 'huren-within-ms': ms })).toBe('answer,statement');
    const within = String(beforeIssuer.questions.at(-1)?.headers['huren-within-ms']);
    expect([/^\d{4}$/.test(within), Number(within) < 10_000]).toEqual([true, true]);
  });

  test('has a trace that is none handed on', async () => {
    const asked = question();
    const traceparent = `00-${'0'.repeat(32)}-b7ad6b7169203331-01`;
    expect(await post(relay(), asked, await bound(asked), { traceparent })).toBe('answer,statement');
    expect(beforeIssuer.questions.at(-1)?.headers['traceparent']).toBeUndefined();
  });

  test('that is too large is passed on', async () => {
    const heard = beforeIssuer.questions.length;
    const asked = { ...question(), code: 'x'.repeat(40_000) };
    expect(await post(relay(), asked, await bound(asked))).toBe('body_too_large');
    expect(beforeIssuer.questions.length).toBe(heard);
  });

  test('that the issuer refuses is refused by another word', async () => {
    const asked = { ...question(), code: '11010519491231002X' };
    expect(await post(relay(), asked, await bound(asked))).toBe('personal_identifier_refused');
  });

  test('is relayed by an issuer of a province', async () => {
    const asked = question();
    expect(await post(`${issuer.entityId}/v1/statements/relay`, asked, await bound(asked))).toBe('not_found');
  });

  test('is not counted, or by more than the provinces and what came of it', async () => {
    const metrics = await (await fetch(`${sandbox.url}/metrics`)).text();
    const lines = metrics.split('\n').filter((line) => line.startsWith('huren_relayed_questions_total{'));
    const form = /^[a-z_]+\{asker="(\d{6}|unknown)",issuer="(\d{6}|unknown)",outcome="[a-z_]+"\} \d+$/;
    expect(lines.filter((line) => !form.test(line))).toEqual([]);
    expect(lines.some((line) => line.includes('asker="420000",issuer="460000",outcome="answered"'))).toBe(true);
    expect(sandbox.output()).not.toContain(codeOf('green'));
  });
});
