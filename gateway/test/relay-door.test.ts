import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemSchema } from '../../schemas/problem.ts';
import { statementReplySchema } from '../../schemas/statement-exchange.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { signNodeToken } from '../trust/node-token.ts';
import type { Signer } from '../trust/signer.ts';
import { questionDigest } from '../trust/statement-answer.ts';
import { type HiddenNode, startHiddenNode } from './hidden-node.ts';

let nation: HiddenNode;
beforeAll(async () => {
  nation = await startHiddenNode();
});
afterAll(() => nation.stop());

const nowS = () => Math.floor(Date.now() / 1000);

describe('a question by way of the platform', () => {
  let attestation: Signer;
  beforeAll(async () => {
    const keys = openKeyStore({ setting: null, dataDir: nation.destination.dataDir });
    attestation = (await keys.openRing('gateway', 'attestation', { nowS: nowS() })).signer;
    keys.close();
  });

  const asked: string[] = [];
  const question = () => {
    const code = nation.freshCode('green');
    asked.push(code);
    return { code, purpose: 'venue_entry' as const, nonce: randomBytes(16).toString('base64url') };
  };
  const token = (changes: object = {}) => {
    const iat = nowS();
    const claims = {
      iss: nation.destination.entityId,
      aud: nation.issuer.entityId,
      iat,
      exp: iat + 60,
      jti: randomUUID(),
    };
    return signNodeToken({ ...claims, ...changes }, attestation);
  };
  const bound = async (asked: ReturnType<typeof question>, changes: object = {}) =>
    await token({ question: questionDigest(asked), ...changes });

  async function post(url: string, asked: unknown, authorization: string, headers: Record<string, string> = {}) {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${authorization}`, ...headers },
      body: typeof asked === 'string' ? asked : JSON.stringify(asked),
    });
    const body: unknown = await reply.json();
    return problemSchema.safeParse(body).data?.code ?? Object.keys(statementReplySchema.parse(body)).join();
  }
  const relay = () => `${nation.relayId}/v1/statements/relay`;
  const node = () => `${nation.issuer.entityId}/v1/statements`;

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
    const heard = nation.beforeIssuer.questions.length;
    expect(await post(relay(), question(), await token())).toBe('node_token_invalid');
    expect(nation.beforeIssuer.questions.length).toBe(heard);
    expect(await post(node(), question(), await token(), { 'huren-hops': '2' })).toBe('node_token_invalid');
  });

  test.each<[string, (asked: ReturnType<typeof question>) => Promise<[string, Record<string, string>?]>, string]>([
    [
      'to an issuer of the relay itself',
      async (asked) => [await bound(asked, { aud: nation.relayId })],
      'loop_refused',
    ],
    [
      'to another issuer of the node that relays',
      async (asked) => [await bound(asked, { aud: `${nation.beforeRelay.url}/issuers/410000` })],
      'loop_refused',
    ],
    ['that has been through three nodes', async (asked) => [await bound(asked), { 'huren-hops': '3' }], 'loop_refused'],
    ['that does not count its nodes', async (asked) => [await bound(asked), { 'huren-hops': 'x' }], 'loop_refused'],
    ['that counts none', async (asked) => [await bound(asked), { 'huren-hops': '0' }], 'loop_refused'],
    [
      'to an entity that issues nothing',
      async (asked) => [await bound(asked, { aud: `${nation.beforeRelay.url}/provinces/410000` })],
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
    const heard = nation.beforeIssuer.questions.length;
    const asked = question();
    const [authorization, headers] = await craft(asked);
    expect(await post(relay(), asked, authorization, headers)).toBe(expected);
    expect(nation.beforeIssuer.questions.length).toBe(heard);
  });

  test.each(['99999', '1e9', '-1', '9'.repeat(40), 'soon'])('that may wait %s ms is waited for so long', async (ms) => {
    const asked = question();
    expect(await post(relay(), asked, await bound(asked), { 'huren-within-ms': ms })).toBe('answer,statement');
    const within = String(nation.beforeIssuer.questions.at(-1)?.headers['huren-within-ms']);
    expect([/^\d{4}$/.test(within), Number(within) < 10_000]).toEqual([true, true]);
  });

  test('has a trace that is none handed on', async () => {
    const asked = question();
    const traceparent = `00-${'0'.repeat(32)}-b7ad6b7169203331-01`;
    expect(await post(relay(), asked, await bound(asked), { traceparent })).toBe('answer,statement');
    expect(nation.beforeIssuer.questions.at(-1)?.headers['traceparent']).toBeUndefined();
  });

  test('that is too large is passed on', async () => {
    const heard = nation.beforeIssuer.questions.length;
    const asked = { ...question(), code: 'x'.repeat(40_000) };
    expect(await post(relay(), asked, await bound(asked))).toBe('body_too_large');
    expect(nation.beforeIssuer.questions.length).toBe(heard);
  });

  test('that the issuer refuses is refused by another word', async () => {
    const asked = { ...question(), code: '11010519491231002X' };
    expect(await post(relay(), asked, await bound(asked))).toBe('personal_identifier_refused');
  });

  test.each([
    ['7', '7'],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT'],
    ['\u00e9', null],
  ])('that the issuer wants back after %s is refused without a word of when', async (said, told) => {
    nation.beforeIssuer.meddle = () => ({ status: 429, headers: { 'retry-after': said } });
    const asked = question();
    // Whoever listens before the relay hands no such header on.
    const reply = await fetch(`${nation.sandbox.url}/issuers/000000/v1/statements/relay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await bound(asked)}` },
      body: JSON.stringify(asked),
    });
    nation.beforeIssuer.meddle = null;
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, told]);
  });

  test('is relayed by an issuer of a province', async () => {
    const asked = question();
    expect(await post(`${nation.issuer.entityId}/v1/statements/relay`, asked, await bound(asked))).toBe('not_found');
  });

  test('is not counted, or by more than the provinces and what came of it', async () => {
    const asks = question();
    expect(await post(relay(), asks, await bound(asks))).toBe('answer,statement');
    const metrics = await (await fetch(`${nation.sandbox.url}/metrics`)).text();
    const lines = metrics.split('\n').filter((line) => line.startsWith('huren_relayed_questions_total{'));
    const form = /^[a-z_]+\{asker="(\d{6}|unknown)",issuer="(\d{6}|unknown)",outcome="[a-z_]+"\} \d+$/;
    expect(lines.filter((line) => !form.test(line))).toEqual([]);
    expect(lines.some((line) => line.includes('asker="420000",issuer="460000",outcome="answered"'))).toBe(true);
    const output = nation.sandbox.output();
    expect(asked.filter((code) => output.includes(code))).toEqual([]);
  });
});
