import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { batchFrameSchema } from '../../schemas/verification.ts';
import { IncomingBodies } from '../access/incoming-bodies.ts';
import { LoadGauge } from '../access/load-gauge.ts';
import { first, GATEWAY, holder, server, TokenGateway } from '../access/token-gateway.fixture.ts';
import { UnknownCodes } from '../access/unknown-codes.ts';
import { ProblemError } from '../problem-error.ts';
import { dpopProof, venueToken } from '../test/venue-token.fixture.ts';
import { thumbprintOf } from '../trust/dpop-proof.ts';
import { jsonBodyReader } from './json-body.ts';
import { openVenueDoor } from './venue-door.ts';

const PATH = '/v1/verifications';
const read = jsonBodyReader(batchFrameSchema, 1024);
const FORMS = {
  single: { read, maxBytes: 1024 },
  batch: { read, maxBytes: 1024, scansIn: ({ items }: { readonly items: readonly unknown[] }) => items.length },
};

/** A door, a venue there whose token is bound to a key, and how many scans it has room for until somebody makes more. */
async function openDoor(form: keyof typeof FORMS, room: number) {
  const { tokens } = new TokenGateway();
  const rate = { room };
  const none = () => undefined;
  const clientLimit = {
    policy: { 'ratelimit-policy': 'q' },
    spent: (refused: Readonly<Record<string, string>>) => refused,
    take: (_who: string, scans = 1) => {
      rate.room -= scans;
      return rate.room < 0 ? { 'retry-after': '1' } : null;
    },
  };
  const unknownCodes = new UnknownCodes({ redis: null, onHeld: none, onRefused: none, nowMs: Date.now });
  const shared = { clientLimit, unknownCodes, load: new LoadGauge(none), bodies: new IncomingBodies() };
  const enter = openVenueDoor({ tokens, staff: null, shared }, FORMS[form]);
  const door = createServer((request, response) => {
    enter(request, response).then(
      () => response.end('in'),
      (error: unknown) => response.end(error instanceof ProblemError ? error.code : 'a fault'),
    );
  });
  const origin = await listenOnLoopback(door);
  onTestFinished(() => {
    door.closeAllConnections();
    door.close();
  });
  const bound = { aud: GATEWAY, cnf: { jkt: await thumbprintOf(holder.jwk) } };
  const token = await venueToken({ ...server, signer: first.signer }, bound);
  const proof = () => dpopProof(holder, token, { htu: `${GATEWAY}${PATH}`, nonce: tokens.proofNonce() });
  const ask = async (dpop: string, body: unknown = { items: ['a'] }) => {
    const headers = { authorization: `DPoP ${token}`, dpop, 'content-type': 'application/json' };
    return await (await fetch(`${origin}${PATH}`, { method: 'POST', headers, body: JSON.stringify(body) })).text();
  };
  return { rate, proof, ask };
}

test.each([
  'single',
  'batch',
] as const)('a client beyond its rate fills the memory of used proofs for everybody: %s', async (form) => {
  const { rate, proof, ask } = await openDoor(form, 1);
  expect(await ask(await proof())).toBe('in');
  const beyond = await proof();
  expect(await ask(beyond)).toBe('rate_limited');
  rate.room = 1;
  // Nothing was remembered of it.
  expect(await ask(beyond)).toBe('in');
});

test('a proof beside a body that is no batch takes a place and nothing of its client’s rate', async () => {
  const { proof, ask } = await openDoor('batch', 2);
  const asked = async () => await ask(await proof(), { items: [] });
  expect([await asked(), await asked(), await asked()]).toEqual(['body_invalid', 'body_invalid', 'rate_limited']);
});

test('a batch counts as another number of scans than it has', async () => {
  const { rate, proof, ask } = await openDoor('batch', 4);
  expect(await ask(await proof(), { items: ['a', 'b', 'c'] })).toBe('in');
  expect(rate.room).toBe(1);
  expect(await ask(await proof(), { items: ['a', 'b'] })).toBe('rate_limited');
});

test('whoever overheard a proof uses up its client’s rate by sending it again', async () => {
  const { rate, proof, ask } = await openDoor('single', 2);
  const overheard = await proof();
  expect(await ask(overheard)).toBe('in');
  expect([await ask(overheard), await ask(overheard)]).toEqual(['proof_replayed', 'proof_replayed']);
  expect(rate.room).toBe(1);
});
