import { randomBytes, randomUUID } from 'node:crypto';
import { decodeJwt, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { type StatementReply, statementReplySchema } from '../../schemas/statement-exchange.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { signNodeToken } from '../trust/node-token.ts';
import { plainly, type Signer } from '../trust/signer.ts';
import { signStatementAnswer } from '../trust/statement-answer.ts';
import type { ListeningProxy } from './listening-proxy.ts';
import { BY_NODE, type OverheardNation, SIGNING, startOverheardNation, verdict } from './overheard-nation.ts';
import type { SandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, setFault, type VenueClient } from './venue-client.ts';

let overheard: OverheardNation;
let between: ListeningProxy;
let nation: SandboxGateway;
let venue: VenueClient;
let codes: readonly SandboxCode[];

beforeAll(async () => {
  overheard = await startOverheardNation();
  ({ between, nation, codes } = overheard);
  venue = await openVenueClient(nation.url);
});
afterEach(() => {
  between.meddle = null;
});
afterAll(() => overheard.stop());

const nowS = () => Math.floor(Date.now() / 1000);
const issuerOf = (province: string) => overheard.issuerOf(province);
const freshCode = (province: string, scenario: string) => overheard.freshCode(province, scenario);
const parsedReply = (reply = '') => statementReplySchema.parse(JSON.parse(reply));
const adapterOf = ({ attestation }: VerificationReply) => String(decodeJwt(attestation)['adapter']);
/** A node that has answered this often may fail once: its breaker stays closed, whatever was tested before. */
const answersFirst = async () => {
  for (let n = 0; n < 3; n += 1) expect((await venue.verify(await freshCode(BY_NODE, 'green'))).status).toBe('green');
};

describe('a province that is asked by way of its node', () => {
  test.each([
    [BY_NODE, 'node-signed'],
    [SIGNING, 'province-signed'],
  ])('%s answers something else than its system says, or with less behind it than %s', async (province, assurance) => {
    for (const { code, scenario, expected } of codes.filter((one) => one.province === province)) {
      if ('problem' in expected) {
        expect([scenario, (await venue.problem(code)).code]).toEqual([scenario, expected.problem]);
        continue;
      }
      const reply = await venue.verify(code);
      expect([scenario, reply.status, reply.decision]).toEqual([scenario, expected.status, expected.decision]);
      if (reply.status === 'indeterminate') continue;
      expect([scenario, reply.assurance, adapterOf(reply).endsWith(' by node')]).toEqual([scenario, assurance, true]);
    }
  });

  test('has no second chain to the anchor, or one that does not stand', async () => {
    const reply = await venue.verify(await freshCode(BY_NODE, 'red'));
    const checked = await verdict(reply, nation.url);
    expect([checked.verified, reply.provenance]).toEqual([true, 'signed']);
    const signers = checked.chain.map(({ iss }) => iss.slice(between.url.length));
    expect(signers).toEqual(
      expect.arrayContaining(['/issuers/340000', '/provinces/340000', '/provinces/440000', '/anchor']),
    );
  });

  test('learns the venue, its kind or its region', async () => {
    const heard = between.questions.length;
    const code = await freshCode(BY_NODE, 'green');
    await venue.verify(code, 'a-nonce-of-the-venue');
    const [asked, ...more] = between.questions.slice(heard);
    if (asked === undefined) throw new Error('nothing was asked');
    expect(more).toEqual([]);
    const body = z.record(z.string(), z.string()).parse(JSON.parse(asked.body));
    // Of the code what is read of it, and none of what else stands in it.
    const read = code.replace(/isScan=1&id=(.+)&cityNo=\d+$/, (_all, id) => `id=${encodeURIComponent(id)}`);
    expect(body).toEqual({ code: read, purpose: 'medical_visit', nonce: expect.any(String) });
    expect(read).not.toBe(code);
    const token = (asked.headers.authorization ?? '').replace('Bearer ', '');
    expect(Object.keys(decodeJwt(token)).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti']);
    const told = Object.keys(asked.headers).filter((name) => !['host', 'connection'].includes(name));
    expect(told.sort()).toEqual([
      'authorization',
      'content-length',
      'content-type',
      'huren-hops',
      'huren-within-ms',
      'traceparent',
    ]);
    const everything = JSON.stringify(asked) + JSON.stringify(decodeJwt(token));
    const secret = [venue.clientId, 'hospital', 'guangzhou', '"4401', 'a-nonce-of-the-venue', venue.token];
    expect(secret.filter((word) => everything.includes(word))).toEqual([]);
  });

  test('is asked twice with one nonce, or proves itself anew each time', async () => {
    const heard = between.questions.length;
    for (let n = 0; n < 5; n += 1) await venue.verify(await freshCode(BY_NODE, 'green'));
    const questions = between.questions.slice(heard);
    const nonces = questions.map(({ body }) => z.object({ nonce: z.string() }).parse(JSON.parse(body)).nonce);
    expect([new Set(nonces).size, new Set(questions.map(({ headers }) => headers.authorization)).size]).toEqual([5, 1]);
  });

  test('is not counted, or by more than who asked and what came of it', async () => {
    await venue.verify(await freshCode(BY_NODE, 'green'));
    const metrics = await (await fetch(`${nation.url}/metrics`)).text();
    const lines = metrics.split('\n').filter((line) => line.startsWith('huren_statements_total{'));
    expect(lines).toContainEqual(
      expect.stringMatching(/^huren_statements_total\{asker="440000",outcome="statement"\} \d+$/),
    );
    expect(lines.filter((line) => !/^[a-z_]+\{asker="(\d{6}|unknown)",outcome="[a-z_]+"\} \d+$/.test(line))).toEqual(
      [],
    );
  });
});

describe('a question', () => {
  const code = () => codes.find((one) => one.province === BY_NODE && one.scenario === 'green')?.code ?? '';

  async function answered(about: object): Promise<{ claims: JWTPayload; statement: string | undefined }> {
    const keys = openKeyStore({ setting: null, dataDir: nation.dataDir });
    const { signer } = await keys.openRing('gateway', 'attestation', { nowS: nowS() });
    const iat = nowS();
    const claims = { iss: between.url, aud: issuerOf(BY_NODE), iat, exp: iat + 60, jti: randomUUID() };
    const authorization = `Bearer ${await signNodeToken(claims, signer)}`;
    const nonce = randomBytes(16).toString('base64url');
    const reply = await fetch(`${nation.url}/v1/statements`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ ...about, purpose: 'venue_entry', nonce }),
    });
    const { answer, statement } = statementReplySchema.parse(await reply.json());
    return { claims: decodeJwt(answer), statement };
  }

  // What becomes of those that are not: fuzz/asks.ts.
  test('that is in order is refused', async () => {
    const { claims, statement } = await answered({ code: code() });
    expect(claims).toMatchObject({ iss: issuerOf(BY_NODE), aud: between.url, outcome: 'statement' });
    expect(decodeJwt(statement?.split('~')[0] ?? '')).toMatchObject({ iss: issuerOf(BY_NODE), status: 'green' });
  });

  test('about a reference is answered by another province, or not at all', async () => {
    const { claims } = await answered({ reference: code().slice(0, 40) });
    expect(claims).toMatchObject({ outcome: 'absent', why: 'unknown' });
  });
});

describe('somebody between', () => {
  const earlier = (outcome: string): StatementReply => {
    const replies = between.questions.map(({ reply }) => statementReplySchema.safeParse(JSON.parse(reply)).data);
    const found = replies.find((reply) => {
      const claims = reply === undefined ? null : decodeJwt(reply.answer);
      return claims?.iss === issuerOf(BY_NODE) && claims['outcome'] === outcome;
    });
    if (found === undefined) throw new Error(`no earlier ${outcome}`);
    return found;
  };
  const stranger = async (): Promise<Signer> => {
    const keys = openKeyStore({ setting: null, dataDir: nation.dataDir });
    return (await keys.openRing('stranger', 'statement', { nowS: nowS() })).signer;
  };

  beforeEach(answersFirst);
  beforeAll(async () => {
    await venue.verify(await freshCode(BY_NODE, 'green'));
    const nobodys = codes.find((one) => one.province === BY_NODE && one.scenario === 'unknown');
    expect(await venue.problem(nobodys?.code ?? '')).toMatchObject({ code: 'code_unrecognised' });
  });

  test.each<[string, (reply: StatementReply) => object]>([
    ['shows an earlier answer', () => earlier('statement')],
    ['says that there is no such code', () => earlier('absent')],
    [
      'puts an earlier statement under the answer',
      (reply) => ({ ...reply, statement: earlier('statement').statement }),
    ],
    ['takes the statement away', ({ answer }) => ({ answer })],
    ['takes disclosures away', (reply) => ({ ...reply, statement: `${reply.statement?.split('~')[0]}~` })],
    [
      'brings a statement where there is none',
      () => ({ ...earlier('absent'), statement: earlier('statement').statement }),
    ],
  ])('who %s is believed', async (_what, meddle) => {
    between.meddle = (reply) => JSON.stringify(meddle(parsedReply(reply)));
    const { status, decision, reasons, evidence } = await venue.verify(await freshCode(BY_NODE, 'red'));
    expect({ status, decision, evidence }).toEqual({ status: 'indeterminate', decision: 'refer', evidence: [] });
    expect(reasons.map((reason) => reason.code)).toContain('issuer_reply_invalid');
  });

  test('who signs an answer of their own is believed', async () => {
    const signer = await stranger();
    const forged = await signStatementAnswer(
      {
        iss: issuerOf(BY_NODE),
        aud: between.url,
        iat: nowS(),
        exp: nowS() + 60,
        nonce: 'n'.repeat(22),
        question: 'q'.repeat(43),
        outcome: 'absent',
        why: 'unknown',
      },
      plainly(signer),
    );
    between.meddle = () => JSON.stringify({ answer: forged });
    const { status, reasons } = await venue.verify(await freshCode(BY_NODE, 'green'));
    expect([status, reasons.map(({ code }) => code)]).toEqual([
      'indeterminate',
      ['issuer_unavailable', 'issuer_signature_invalid'],
    ]);
  });

  test('who meddles has the question go another way', async () => {
    const reply = await venue.verify(await freshCode(SIGNING, 'green'));
    expect(adapterOf(reply)).toMatch(/ by node$/);
    between.meddle = (passed) => JSON.stringify({ ...parsedReply(passed), statement: earlier('statement').statement });
    expect((await venue.verify(await freshCode(SIGNING, 'green'))).status).toBe('indeterminate');
  });

  test('who cuts the line stops a province that can be asked another way, or it is not said which', async () => {
    between.meddle = () => 'cut';
    const gone = await venue.verify(await freshCode(SIGNING, 'green'));
    expect([gone.decision, gone.assurance]).toEqual(['pass', 'province-signed']);
    expect(adapterOf(gone)).toMatch(/ by direct$/);
    expect((await verdict(gone, nation.url)).verified).toBe(true);
    const { status, reasons } = await venue.verify(await freshCode(BY_NODE, 'green'));
    expect([status, reasons.map(({ code }) => code)]).toEqual(['indeterminate', ['issuer_unavailable']]);
  });
});

describe('a system behind its node', () => {
  beforeEach(answersFirst);
  afterEach(async () => {
    await setFault(nation.url, BY_NODE, null);
    await setFault(nation.url, SIGNING, null);
  });

  test('that is away is a colour, or an absence', async () => {
    const code = await freshCode(BY_NODE, 'green');
    await setFault(nation.url, BY_NODE, { status: 500 });
    const { status, reasons } = await venue.verify(code);
    expect([status, reasons.map((reason) => reason.code)]).toEqual(['indeterminate', ['issuer_unavailable']]);
    expect(decodeJwt(parsedReply(between.questions.at(-1)?.reply).answer)).toMatchObject({ outcome: 'unavailable' });
  });

  test('that signs wrongly is gone round, or covered by its node', async () => {
    const code = await freshCode(SIGNING, 'green');
    await setFault(nation.url, SIGNING, { bad_signature: true });
    const { status, assurance, reasons } = await venue.verify(code);
    expect([status, assurance]).toEqual(['indeterminate', 'transport']);
    expect(reasons.map((reason) => reason.code)).toEqual(['issuer_unavailable', 'issuer_signature_invalid']);
  });
});
