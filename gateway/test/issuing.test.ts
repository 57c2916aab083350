import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../schemas/problem.ts';
import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { type StatementReply, statementReplySchema } from '../../schemas/statement-exchange.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { admissibleKeys } from '../authority/admissible-keys.ts';
import { initEntity } from '../authority/init-entity.ts';
import { readConfig } from '../compose/config.ts';
import { type RunningNode, startNode } from '../compose/node.ts';
import { openKeyStore, readActorFile } from '../keys/key-store.ts';
import { openHttpDoor } from '../registry/registry-door.ts';
import { sandboxSignerPath } from '../sandbox/actors.ts';
import { signNodeToken } from '../trust/node-token.ts';
import type { Signer } from '../trust/signer.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { signStatementAnswer } from '../trust/statement-answer.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { verify } from '../verification/verify.ts';
import { freePort } from './free-port.ts';
import { type ListeningProxy, startListeningProxy } from './listening-proxy.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, postRecord, sandboxCodes, setFault, type VenueClient } from './venue-client.ts';

/** Anhui's node signs for a system that does not; Guizhou's hands on what its system signed, and may be gone round. */
const BY_NODE = '340000';
const SIGNING = '520000';

let between: ListeningProxy;
let nation: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];

beforeAll(async () => {
  between = await startListeningProxy();
  nation = await startSandboxGateway({ HUREN_ENTITY_ID: between.url, HUREN_CLIENT_RATE: '100000' });
  between.target = nation.url;
  venue = await openVenueClient(nation.url);
  codes = await sandboxCodes(nation.url);
});
afterEach(() => {
  between.meddle = null;
});
afterAll(async () => {
  await nation.stop();
  await between.stop();
});

const nowS = () => Math.floor(Date.now() / 1000);
const issuerOf = (province: string) => `${between.url}/issuers/${province}`;

/** A code that nobody has asked about, with the record of a scenario behind it. */
async function freshCode(province: string, scenario: string): Promise<string> {
  const found = codes.find((code) => code.province === province && code.scenario === scenario);
  if (found === undefined) throw new Error(`no ${scenario} of ${province}`);
  return await postRecord(nation.url, province, found.record);
}

const parsedReply = (reply = '') => statementReplySchema.parse(JSON.parse(reply));
const adapterOf = ({ attestation }: VerificationReply) => String(decodeJwt(attestation)['adapter']);

async function verdict({ attestation, evidence }: VerificationReply, at: string) {
  const bundle = trustBundleSchema.parse(await (await fetch(`${at}/federation/bundle`)).json());
  const chainOf = (id: string) => bundle.chains[id] ?? [];
  return await verifyAttestation(
    { attestation, evidence },
    { anchor: bundle, chainOf, atS: nowS(), sm2Verify: verifySm2 },
  );
}

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
    expect(told.sort()).toEqual(['authorization', 'content-length', 'content-type', 'huren-hops', 'huren-within-ms']);
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
    const found = replies.find((reply) => reply !== undefined && decodeJwt(reply.answer)['outcome'] === outcome);
    if (found === undefined) throw new Error(`no earlier ${outcome}`);
    return found;
  };
  const stranger = async (): Promise<Signer> => {
    const keys = openKeyStore({ setting: null, dataDir: nation.dataDir });
    return (await keys.openRing('stranger', 'statement', { nowS: nowS() })).signer;
  };

  beforeAll(async () => {
    await venue.verify(await freshCode(BY_NODE, 'green'));
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
    await venue.verify(await freshCode(BY_NODE, 'green'));
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
      signer,
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

describe('a gateway on another node', () => {
  let folder: string;
  let remote: RunningNode;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'huren-destination-'));
    const port = await freePort();
    const keys = openKeyStore({ setting: null, dataDir: folder });
    const description = {
      entity_id: `http://127.0.0.1:${port}`,
      kind: 'gateway' as const,
      name: { zh: '测试', en: 'Test' },
      superior: `${between.url}/provinces/410000`,
      owner: 'gateway',
      province: '410000' as const,
    };
    const { federation } = await initEntity(description, { dataDir: folder, keys, nowS: nowS() });
    keys.close();
    const env = {
      HUREN_PORT: String(port),
      HUREN_DATA_DIR: folder,
      HUREN_LOG_LEVEL: 'error',
      HUREN_ROLES: 'destination',
    };
    const anchor = join(nation.dataDir, 'anchor.json');
    const config = readConfig({ ...env, HUREN_ANCHOR_FILE: anchor, HUREN_LOG_URL: nation.url });
    remote = await startNode(config, { networks: LOOPBACK_ONLY });
    const { entity_id, kind, name } = description;
    await submit('subordinate_admitted', {
      entity_id,
      kind,
      name,
      jwks: { keys: admissibleKeys(federation.publicKeys) },
    });
  });
  afterAll(async () => {
    await remote.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** In the name of Henan, whose gateway it is. */
  async function submit<K extends RegistryEventKind>(kind: K, body: RegistryEventBody<K>): Promise<void> {
    const actor = await readActorFile(sandboxSignerPath(nation.dataDir, '410000'));
    if (actor === null) throw new Error('the sandbox has no such province');
    const door = openHttpDoor({
      registry: remote.node.parts.registry.registry,
      post: async (path, document) => {
        const headers = { 'content-type': 'application/json' };
        const reply = await fetch(`${nation.url}${path}`, { method: 'POST', headers, body: JSON.stringify(document) });
        return { status: reply.status, text: await reply.text() };
      },
      nowS,
    });
    await door.submit(actor, { kind, body });
  }

  function scan(code: string): Promise<VerificationReply> {
    const { destination } = remote.node;
    if (destination === null) throw new Error('the node answers no venues');
    const issuer = 'https://venues.example';
    const door = { issuer, clientId: 'a-venue', kind: 'hospital', region: '410105', destination: '410000' } as const;
    return verify(destination.verification, door, { code, purpose: 'medical_visit' });
  }

  test('is not answered, or holds a secret of the province that it asks', async () => {
    const reply = await scan(await freshCode(BY_NODE, 'green'));
    expect([reply.status, reply.decision, reply.assurance]).toEqual(['green', 'pass', 'node-signed']);
    expect((await verdict(reply, remote.url)).verified).toBe(true);
    const signed = await scan(await freshCode(SIGNING, 'red'));
    expect([signed.status, signed.decision, signed.assurance]).toEqual(['red', 'restrict', 'province-signed']);
    expect((await verdict(signed, remote.url)).verified).toBe(true);
    // Where there is no node to ask, it has nothing to log in with.
    expect((await scan(await freshCode('410000', 'green'))).status).toBe('indeterminate');
  });

  test('is answered after its province has removed it, with the token that it had before', async () => {
    expect((await scan(await freshCode(BY_NODE, 'green'))).status).toBe('green');
    await submit('subordinate_removed', { entity_id: remote.url });
    const heard = between.questions.length;
    const { status, reasons } = await scan(await freshCode(BY_NODE, 'green'));
    expect([status, reasons.map(({ code }) => code)]).toEqual(['indeterminate', ['issuer_unavailable']]);
    expect(between.questions.slice(heard).map(({ reply }) => problemSchema.parse(JSON.parse(reply)).code)).toEqual([
      'node_not_admitted',
    ]);
  });
});
