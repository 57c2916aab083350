import { randomBytes, randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Manifest } from '../../schemas/manifest.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { statementReplySchema } from '../../schemas/statement-exchange.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { signNodeToken } from '../trust/node-token.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { inParallel } from './in-parallel.ts';
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
import { codeLike, openVenueClient, sandboxCode, sandboxCodes, type VenueClient } from './venue-client.ts';

/** Asked by a destination and answered by an issuer that each have a node of their own, here. */
const PROVINCE = '460000';
/** Asked by way of its node by the sandbox itself, whose log is read. */
const IN_SANDBOX = '340000';

let between: ListeningProxy;
let sandbox: SandboxGateway;
let nation: RestOfNation;
let venue: VenueClient;
let codes: SandboxCode[];
let system: OwnSystem;
let issuer: ProvincialNode;
let destination: ProvincialNode;
const byNode = (): Partial<Manifest> => ({ node: issuer.entityId, route: ['node'], freshness_s: 0, stale_grace_s: 0 });

beforeAll(async () => {
  ({ between, sandbox } = await startOverheardSandbox({ HUREN_LOG_LEVEL: 'debug' }));
  nation = { url: sandbox.url, base: between.url, dataDir: sandbox.dataDir };
  venue = await openVenueClient(sandbox.url);
  codes = await sandboxCodes(sandbox.url);
  system = await startSystem(PROVINCE);
  system.codes.enter(new Map(system.codes.tokens()));
  issuer = await startProvincialNode(nation, { province: PROVINCE, kind: 'issuer', system });
  destination = await startProvincialNode(nation, { province: '420000', kind: 'gateway' });
  await registerChanged(nation, destination, PROVINCE, byNode());
});
afterEach(() => system.upstream.faults.set(null));
afterAll(async () => {
  await destination.stop();
  await issuer.stop();
  system.stop();
  await sandbox.stop();
  await between.stop();
});

const nowS = () => Math.floor(Date.now() / 1000);
/** Two scans of one code at a time are one question. */
const freshGreen = () => system.freshCode('green');
const scan = (code: string) => scanBeside(destination.node, '420000', code);

/** Asks the issuer's node in the name of the destination's gateway. */
async function ask(headers: Readonly<Record<string, string>>): Promise<unknown> {
  const keys = openKeyStore({ setting: null, dataDir: destination.dataDir });
  const { signer } = await keys.openRing('gateway', 'attestation', { nowS: nowS() });
  keys.close();
  const claims = { iss: destination.entityId, aud: issuer.entityId, iat: nowS(), exp: nowS() + 60, jti: randomUUID() };
  const body = { code: freshGreen(), purpose: 'venue_entry', nonce: randomBytes(16).toString('base64url') };
  const reply = await fetch(`${issuer.entityId}/v1/statements`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await signNodeToken(claims, signer)}`,
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return decodeJwt(statementReplySchema.parse(await reply.json()).answer)['outcome'];
}

/** The connection that each question to the issuer's node came by. */
function listen(): { readonly sockets: unknown[]; readonly stop: () => void } {
  const sockets: unknown[] = [];
  const onRequest = (message: unknown) => {
    const { request } = z.object({ request: z.instanceof(IncomingMessage) }).parse(message);
    if (
      /^\/v1\/statements(\/batch)?$/.test(request.url ?? '') &&
      `http://${request.headers.host}` === issuer.entityId
    ) {
      sockets.push(request.socket);
    }
  };
  subscribe('http.server.request.start', onRequest);
  return { sockets, stop: () => unsubscribe('http.server.request.start', onRequest) };
}

describe('the trace of a question', () => {
  const VENUES = '0af7651916cd43dd8448eb211c80319c';
  const lines = () =>
    sandbox
      .output()
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const idOf = (header: unknown) => /^00-([0-9a-f]{32})-[0-9a-f]{16}-00$/.exec(String(header))?.[1] ?? 'none';

  async function traced(): Promise<string> {
    const code = await codeLike(sandbox.url, sandboxCode(codes, IN_SANDBOX, 'green'));
    const body = { code, purpose: 'medical_visit' };
    const traceparent = `00-${VENUES}-b7ad6b7169203331-01`;
    expect((await venue.post('/v1/verifications', body, { traceparent })).status).toBe(200);
    return idOf(between.questions.at(-1)?.headers['traceparent']);
  }

  test('is not in the log lines of both nodes, is the venue’s, or the same for two questions', async () => {
    const [one, other] = [await traced(), await traced()];
    expect(one).not.toBe(other);
    const said = (id: string) => lines().filter(({ trace_id }) => trace_id === id);
    await expect.poll(() => said(one).length).toBe(2);
    expect(said(one)).toEqual([
      expect.objectContaining({ msg: 'request', route: `/issuers/${IN_SANDBOX}/v1/statements`, status: 200 }),
      expect.objectContaining({ msg: 'question', province: IN_SANDBOX, way: 'node', outcome: '200' }),
    ]);
    expect([sandbox.output().includes(VENUES), JSON.stringify(between.questions).includes(VENUES)]).toEqual([
      false,
      false,
    ]);
  });

  test('that a stranger writes, or that has not the form, comes into the log', async () => {
    const written = 'dddddddddddddddddddddddddddddddd';
    await fetch(`${sandbox.url}/v1/statements`, {
      method: 'POST',
      headers: { traceparent: `00-${written}-b7ad6b7169203331-01`, authorization: 'Bearer a.b.c' },
    });
    await expect
      .poll(() => lines().some(({ route, status }) => route === '/v1/statements' && status === 401))
      .toBe(true);
    expect(sandbox.output()).not.toContain(written);
  });
});

describe('the time that an asker waits', () => {
  test('is over before the node stops waiting for its system', async () => {
    // Whoever waited for the system would have its statement, which comes before the node gives it up.
    system.upstream.faults.set({ latencyMs: 2_000 });
    expect(await ask({ 'huren-within-ms': '200' })).toBe('unavailable');
  });

  test.each([
    '0',
    '-1',
    '1e9',
    '99999',
    '9'.repeat(40),
    'soon',
    '',
  ])('as %j stops a node from answering', async (ms) => {
    expect(await ask({ 'huren-within-ms': ms })).toBe('statement');
  });
});

describe('connections to a node', () => {
  test('are made anew for each question', async () => {
    const { max_connections } = system.upstream.manifest.upstream;
    const { sockets, stop } = listen();
    try {
      let late = 0;
      for (let n = 0; n < 200; n += 1) if ((await scan(freshGreen())).decision !== 'pass') late += 1;
      // On a machine with much else to do a question may be given up, and its connection with it.
      expect(late).toBeLessThan(100);
      expect(sockets.length).toBeGreaterThanOrEqual(200 - late);
      // A second one where the next question comes before the first connection counts as free.
      expect(new Set(sockets).size).toBeLessThanOrEqual(2 + late);
      for (let round = 0; round < 4; round += 1) await inParallel(Array.from({ length: 50 }, freshGreen), 50, scan);
      // What is asked at one time travels together.
      expect(sockets.length).toBeLessThan(400);
      expect(new Set(sockets).size).toBeLessThanOrEqual(max_connections);
    } finally {
      stop();
    }
  });
});

describe('the key that a node signs with', () => {
  const bundleNow = async () =>
    trustBundleSchema.parse(await (await fetch(`${destination.node.url}/federation/bundle`)).json());
  const logged = () =>
    destination.node.node.parts.registry.registry.folded().subordinates.get(issuer.entityId)?.published ?? [];

  test('signs before it is published, or leaves an answer that does not verify', async () => {
    const kids = new Set<string>();
    const outcomes = new Set<string>();
    let isOver = false;
    const replies: VerificationReply[] = [];
    const scans = async () => {
      while (!isOver) {
        const reply = await scan(freshGreen());
        replies.push(reply);
        kids.add(decodeProtectedHeader(reply.evidence[0]?.split('~')[0] ?? '').kid ?? '');
        outcomes.add(`${reply.decision} ${reply.reasons.map(({ code }) => code).join()}`);
      }
    };
    const rotations = async () => {
      const keys = openKeyStore({ setting: null, dataDir: issuer.dataDir });
      try {
        for (const count of [2, 3]) {
          await keys.announce('issuer', 'statement', nowS());
          // A chain that was read a moment ago is not read again: no two rotations come within a second.
          const last = replies.at(-1);
          const announcedS = nowS();
          await expect.poll(nowS).toBeGreaterThan(announcedS + 1);
          expect(replies.at(-1)).not.toBe(last);
          // Asked for, and not done before the superior has been seen to name it.
          expect((await keys.rotate('issuer', 'statement', nowS())).state).toBe('announced');
          await expect.poll(() => kids.size).toBe(count);
        }
      } finally {
        keys.close();
        isOver = true;
      }
    };
    await Promise.all([rotations(), scans(), scans(), scans()]);
    expect([...outcomes]).toEqual(['pass ok']);
    // Those that the first key signed as well: its window overlaps.
    const bundle = await bundleNow();
    const chainOf = (id: string) => bundle.chains[id] ?? [];
    const checks = { anchor: bundle, chainOf, atS: nowS(), sm2Verify: verifySm2 };
    const ends = [replies.slice(0, 1), replies.slice(-1)].flat();
    const verdicts = await Promise.all(ends.map((reply) => verifyAttestation(reply, checks)));
    expect(verdicts.map(({ verified }) => verified)).toEqual([true, true]);
    // Whoever reads the log knows each of them, and that none of them is over.
    expect(
      logged()
        .filter(({ ended_s }) => ended_s === null)
        .map(({ jwk }) => jwk.kid),
    ).toEqual([...kids]);
  });

  test('signs before the log has it where it takes the place of a revoked one, which goes on counting', async () => {
    const last = await scan(freshGreen());
    const [revoked = ''] = logged()
      .slice(-1)
      .map(({ jwk }) => jwk.kid);
    const keys = openKeyStore({ setting: null, dataDir: issuer.dataDir });
    await keys.revoke('issuer', 'statement', { kid: revoked, nowS: nowS() });
    keys.close();
    const seen = new Set<string>();
    const decided = async () => {
      const { decision, reasons, evidence } = await scan(freshGreen());
      seen.add(`${decision} ${reasons.map(({ code }) => code).join()}`);
      const kid = decodeProtectedHeader(evidence[0]?.split('~')[0] ?? '').kid;
      return kid !== undefined && kid !== revoked && logged().some(({ jwk }) => jwk.kid === kid);
    };
    await expect.poll(decided, { interval: 100 }).toBe(true);
    expect([...seen].filter((outcome) => !['pass ok', 'refer issuer_unavailable'].includes(outcome))).toEqual([]);
    expect(logged().find(({ jwk }) => jwk.kid === revoked)?.ended_s).not.toBe(null);
    const bundle = await bundleNow();
    const checks = { anchor: bundle, chainOf: (id: string) => bundle.chains[id] ?? [], atS: nowS() };
    expect(await verifyAttestation(last, checks)).toMatchObject({ code: 'key_outside_window', link: 'statement' });
  });
});

describe('a version on shadow trial, of a province that is asked by way of its node', () => {
  test('is compared at the destination, or not at the node', async () => {
    await registerChanged(nation, destination, PROVINCE, byNode(), { stage: 'shadow' });
    const comparisons = async ({ node }: ProvincialNode) => {
      const { values } = await node.node.parts.metrics.shadowComparisons.get();
      return values.map(({ labels: { province, result } }) => `${province} ${result}`);
    };
    const trials = () => issuer.node.node.parts.registry.registry.current().trials;
    await expect.poll(() => trials().has(PROVINCE)).toBe(true);
    const { sockets, stop } = listen();
    await expect(scan(system.freshCode('unknown'))).rejects.toMatchObject({ code: 'code_unrecognised' });
    expect((await scan(freshGreen())).decision).toBe('pass');
    await expect.poll(() => comparisons(issuer)).toEqual([`${PROVINCE} same`]);
    stop();
    expect([sockets.length, await comparisons(destination)]).toEqual([2, []]);
  });
});
