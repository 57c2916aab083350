import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import { openTokenOf } from '../../adapters/sandbox/token-of.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { statementAnswerSchema, statementReplySchema } from '../../schemas/statement-exchange.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { plainly } from '../trust/signer.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { signStatementAnswer } from '../trust/statement-answer.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { audit } from '../verification/audit.ts';
import type { VerificationContext } from '../verification/verification-context.ts';
import type { ListeningProxy } from './listening-proxy.ts';
import {
  type OwnSystem,
  type ProvincialNode,
  type RestOfNation,
  registerChanged,
  startProvincialNode,
  startSystem,
} from './provincial-node.ts';
import { type SandboxGateway, startOverheardSandbox } from './sandbox-gateway.ts';
import { scanBeside } from './venue-beside.ts';
import { codeLike, sandboxCode, sandboxCodes, setFault } from './venue-client.ts';

/*
 * Three nodes: a destination (Hubei), the node of the province whose code is shown (Hainan), and that of the province
 * that it names as the origin (Henan), which lies in another process, behind somebody who listens.
 */
const SHOWN = '460000';
const ORIGIN = '410000';

let beforeOrigin: ListeningProxy;
let sandbox: SandboxGateway;
let nation: RestOfNation;
let system: OwnSystem;
let shown: ProvincialNode;
let destination: ProvincialNode;
let codes: SandboxCode[];

beforeAll(async () => {
  ({ between: beforeOrigin, sandbox } = await startOverheardSandbox());
  nation = { url: sandbox.url, base: beforeOrigin.url, dataDir: sandbox.dataDir };
  codes = await sandboxCodes(sandbox.url);
  system = await startSystem(SHOWN);
  shown = await startProvincialNode(nation, { province: SHOWN, kind: 'issuer', system });
  destination = await startProvincialNode(nation, { province: '420000', kind: 'gateway' });
  await registerChanged(nation, destination, SHOWN, { node: shown.entityId, route: ['node'] });
  await registerChanged(nation, destination, ORIGIN, { node: `${nation.base}/issuers/${ORIGIN}`, route: ['node'] });
});
afterEach(() => {
  beforeOrigin.meddle = null;
});
afterAll(async () => {
  await destination.stop();
  await shown.stop();
  system.stop();
  await sandbox.stop();
  await beforeOrigin.stop();
});

const nowS = () => Math.floor(Date.now() / 1000);
const originNode = () => `${nation.base}/issuers/${ORIGIN}`;
const folderOf = (province: string) => {
  const folder = loadProvinces().find(({ manifest }) => manifest.province === province);
  if (folder === undefined) throw new Error(`${province} ships no adapter`);
  return folder;
};
const tokenOf = openTokenOf(folderOf(ORIGIN).manifest);
const jsonObject = z.record(z.string(), z.json());

/** The code of a record of the origin that nobody has asked about. */
async function originCode(scenario: string): Promise<string> {
  return await codeLike(sandbox.url, sandboxCode(codes, ORIGIN, scenario));
}

/** A fresh red code of the province that is shown, pushed by the origin under that reference. */
function pushedRed(reference: string): string {
  const found = folderOf(SHOWN).scenarios.scenarios.find(({ scenario }) => scenario === 'foreign-push-named');
  const record = jsonObject.parse(found?.record);
  return system.codes.post({ ...record, statusTime: Date.now(), origin: ORIGIN, originRef: reference });
}

const pushedFrom = async (scenario: string) => pushedRed(tokenOf(await originCode(scenario)));

function verification(): VerificationContext {
  const role = destination.node.node.destination;
  if (role === null) throw new Error('the node answers no venues');
  return role.verification;
}

const scan = (code: string) => scanBeside(destination.node, '420000', code, { nonce: 'a-nonce-of-the-venue' });

async function chainOf({ attestation, evidence }: VerificationReply) {
  const bundle = trustBundleSchema.parse(await (await fetch(`${destination.node.url}/federation/bundle`)).json());
  const { verified, chain } = await verifyAttestation(
    { attestation, evidence },
    { anchor: bundle, chainOf: (id) => bundle.chains[id] ?? [], atS: nowS(), sm2Verify: verifySm2 },
  );
  return { verified, signers: chain.map(({ iss }) => iss) };
}

/** Neither the colour nor what shows it, and the remedy of whoever assigned it. */
function expectWithheld(reply: VerificationReply, reason: string, provenance: string): void {
  const { status, decision, reasons, evidence, remedy } = reply;
  expect({ status, decision, reasons: reasons.map(({ code }) => code), evidence }).toEqual({
    status: 'indeterminate',
    decision: 'refer',
    reasons: [reason],
    evidence: [],
  });
  expect(decodeJwt(reply.attestation)).toMatchObject({ withheld: true, provenance });
  expect(remedy).toEqual(folderOf(ORIGIN).manifest.remedy);
  expect(remedy?.phone).toBe('12345');
}

describe('a colour that another province pushed', () => {
  test('and bears out is withheld, or does not come by the nodes of both', async () => {
    const heard = beforeOrigin.questions.length;
    const reply = await scan(await pushedFrom('red'));
    expect([reply.status, reply.decision, reply.assurance]).toEqual(['red', 'restrict', 'node-signed']);
    expect(reply.remedy).toEqual(folderOf(ORIGIN).manifest.remedy);
    const { verified, signers } = await chainOf(reply);
    expect([verified, signers.includes(shown.entityId)]).toEqual([true, true]);
    // By the destination alone: the node of the province that is shown, which has seen the same record, asks nobody.
    const askers = beforeOrigin.questions.slice(heard).map(({ path, headers }) => {
      const { iss, aud } = decodeJwt((headers.authorization ?? '').replace('Bearer ', ''));
      return { path, iss, aud };
    });
    const path = `/issuers/${ORIGIN}/v1/statements`;
    expect(askers).toEqual([{ path, iss: destination.entityId, aud: originNode() }]);
  });

  test('has the origin learn more than its own reference, the purpose and who asks', async () => {
    const reference = tokenOf(await originCode('red'));
    const code = pushedRed(reference);
    await scan(code);
    const asked = beforeOrigin.questions.at(-1);
    if (asked === undefined) throw new Error('nothing was asked');
    const body = jsonObject.parse(JSON.parse(asked.body));
    expect(body).toMatchObject({ reference, purpose: 'medical_visit', nonce: expect.any(String) });
    expect(body).not.toHaveProperty('code');
    const token = decodeJwt((asked.headers.authorization ?? '').replace('Bearer ', ''));
    const everything = JSON.stringify([asked, token]);
    const secret = [
      code,
      code.slice(4),
      SHOWN,
      shown.entityId,
      'a-venue',
      'hospital',
      '420105',
      'a-nonce-of-the-venue',
    ];
    expect(secret.filter((word) => everything.includes(word))).toEqual([]);
  });

  test('and contradicts is shown, or with the remedy of whoever shows it', async () => {
    expectWithheld(await scan(await pushedFrom('green')), 'origin_contradicts', 'violated');
  });

  test('and does not know is shown', async () => {
    expectWithheld(await scan(await pushedFrom('unknown')), 'unsubstantiated', 'violated');
  });

  test('under a reference that has expired is shown, or held against the province that shows it', async () => {
    expectWithheld(await scan(await pushedFrom('expired')), 'unsubstantiated', 'absent');
  });

  test('under the number of a person takes that number to the origin', async () => {
    const heard = beforeOrigin.questions.length;
    expectWithheld(await scan(pushedRed('11010519491231002X')), 'unsubstantiated', 'absent');
    expect(beforeOrigin.questions.length).toBe(heard);
  });
});

describe('an origin that cannot say', () => {
  // One that said that it is busy is left alone for a moment, and the next test would see that.
  afterEach(async () => {
    beforeOrigin.meddle = null;
    await setFault(sandbox.url, ORIGIN, null);
    await expect.poll(async () => (await scan(await pushedFrom('red'))).status).toBe('red');
  });

  test('because its node is away contradicts, or bears out', async () => {
    const code = await pushedFrom('red');
    beforeOrigin.meddle = () => 'cut';
    expectWithheld(await scan(code), 'unsubstantiated', 'absent');
  });

  test('because its system is away contradicts, or bears out', async () => {
    const code = await pushedFrom('green');
    await setFault(sandbox.url, ORIGIN, { status: 503 });
    expectWithheld(await scan(code), 'unsubstantiated', 'absent');
  });

  test.each([429, 503])('because it is asked too much (%i) contradicts, or bears out', async (status) => {
    const code = await pushedFrom('green');
    beforeOrigin.meddle = () => ({ status });
    expectWithheld(await scan(code), 'unsubstantiated', 'absent');
  });

  test('because another province answers in its place is believed', async () => {
    const code = await pushedFrom('red');
    const keys = openKeyStore({ setting: null, dataDir: shown.dataDir });
    const { signer } = await keys.openRing('issuer', 'statement', { nowS: nowS() });
    keys.close();
    for (const iss of [originNode(), shown.entityId]) {
      beforeOrigin.meddle = async (reply) => {
        const { statement, answer } = statementReplySchema.parse(JSON.parse(reply));
        const claims = statementAnswerSchema.parse({ ...decodeJwt(answer), iss });
        return JSON.stringify({ statement, answer: await signStatementAnswer(claims, plainly(signer)) });
      };
      expectWithheld(await scan(code), 'unsubstantiated', 'absent');
    }
  });
});

describe('an auditor who asks', () => {
  test.each([
    ['red', 'signed', []],
    ['green', 'violated', ['origin_contradicts']],
  ])('about a push of a %s is told something else than the venue, or asks another way', async (scenario, ...told) => {
    const heard = beforeOrigin.questions.length;
    const context = verification();
    const [auditor] = context.registry().mandates.terms.flatMap(({ mandate }) => mandate.auditors);
    if (auditor === undefined) throw new Error('no mandate names an auditor');
    const claims = { iss: auditor.id, aud: destination.entityId, iat: nowS(), jti: 'j'.repeat(16) };
    const code = await pushedFrom(scenario);
    const question = { claims: { ...claims, code, mandate: 'sandbox-special-venues' }, jkt: auditor.jkt };
    const answer = await audit(context, question, () => Promise.resolve());
    expect(answer).toMatchObject({ assurance: 'node-signed', claims: { status: 'red' } });
    expect([answer.provenance, answer.findings.map((finding) => finding.code)]).toEqual(told);
    expect(beforeOrigin.questions.length).toBe(heard + 1);
  });
});

describe('an old answer of the origin', () => {
  test('bears a colour out', async () => {
    const { upstream } = folderOf(ORIGIN).manifest;
    const brief = { freshness_s: 1, stale_grace_s: 300, upstream: { ...upstream, timeout_ms: 1_000 } };
    await registerChanged(nation, destination, ORIGIN, brief);
    const code = await originCode('red');
    expect((await scan(code)).status).toBe('red');
    beforeOrigin.meddle = () => 'cut';
    await expect.poll(async () => (await scan(code)).stale).toBe(true);
    expectWithheld(await scan(pushedRed(tokenOf(code))), 'unsubstantiated', 'absent');
  });
});
