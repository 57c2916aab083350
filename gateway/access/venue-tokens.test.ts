import { beforeEach, describe, expect, test } from 'vitest';
import { ProblemError } from '../problem-error.ts';
import { dpopProof, venueToken } from '../test/venue-token.fixture.ts';
import { thumbprintOf } from '../trust/dpop-proof.ts';
import { WORD_COUNTS_MS } from './introspection.ts';
import {
  asking,
  first,
  GATEWAY,
  holder,
  METADATA,
  STARTED_S,
  server,
  TokenGateway,
  tokenBy,
} from './token-gateway.fixture.ts';
import { clientOf } from './venue-tokens.ts';

const CHALLENGE = `Bearer realm="huren", resource_metadata="${METADATA}"`;
const DPOP_CHALLENGE = `DPoP realm="huren", resource_metadata="${METADATA}", algs="ES256 EdDSA"`;

let gate: TokenGateway;
beforeEach(() => {
  gate = new TokenGateway();
});

describe('what a client sends', () => {
  test('is nothing, and it is not told where to read how to get a token', async () => {
    const { code, headers } = await gate.refusalOf(undefined);
    expect([code, headers]).toEqual(['token_missing', { 'www-authenticate': `${CHALLENGE}, ${DPOP_CHALLENGE}` }]);
    expect(gate.outcomes).toEqual(['missing']);
  });

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'xBearer abc',
    'Bearer  abc',
    'Bearer abc ',
    'Bearer abc def',
  ])('is no bearer token and is taken for one: %j', async (authorization) => {
    const { code, detail, headers } = await gate.refusalOf(authorization);
    expect([code, detail]).toEqual(['token_invalid', 'the Authorization header is not a bearer token']);
    expect(headers).toEqual({ 'www-authenticate': `${CHALLENGE}, error="invalid_token"` });
    expect(gate.outcomes).toEqual(['invalid']);
  });

  test('is a token whose venue is another one, or is refused for the case of its scheme', async () => {
    const venue = { issuer: server.entityId, clientId: 'a-venue', kind: 'hospital', region: '410100' };
    expect(await gate.tokens.authenticate(asking(`bEARER ${await tokenBy(first)}`))).toEqual({
      ...venue,
      destination: '410000',
    });
  });

  test('is a token of a server that nobody admitted, and the client is not told so', async () => {
    gate.admitted = null;
    const { detail } = await gate.refusalOf(`Bearer ${await tokenBy(first)}`);
    expect(detail).toBe('no province has admitted the server that the token is from');
    expect(gate.looks).toBe(0);
  });

  test('is a token that is remembered at the second at which it ends', async () => {
    const token = await venueToken({ ...server, signer: first.signer }, { aud: GATEWAY, exp: STARTED_S + 10 });
    expect([await gate.outcomeOf(token), gate.looks]).toEqual(['410000', 1]);
    gate.nowS = STARTED_S + 9;
    expect(await gate.outcomeOf(token)).toBe('410000');
    gate.nowS = STARTED_S + 10;
    const { code, detail } = await gate.refusalOf(`Bearer ${token}`);
    expect([code, detail]).toEqual(['token_invalid', 'the token has expired']);
    expect(gate.outcomes).toEqual(['verified', 'remembered', 'invalid']);
  });
});

describe('a token that is bound to a key', () => {
  const boundTo = async ({ jwk }: typeof first) =>
    await venueToken(
      { ...server, signer: first.signer },
      { aud: GATEWAY, iat: STARTED_S, exp: STARTED_S + 3_600, cnf: { jkt: await thumbprintOf(jwk) } },
    );
  const proofOf = async (token: string) =>
    await dpopProof(holder, token, { htu: `${GATEWAY}/v1/verifications`, nonce: gate.tokens.proofNonce() });
  const shown = async (scheme: string, token: string, proof: string | undefined) =>
    await (async () => await gate.tokens.authenticate({ ...asking(`${scheme} ${token}`), proof }))().then(
      ({ destination }) => destination,
      (error: unknown) => (error instanceof ProblemError ? [error.code, error.reason] : 'a fault'),
    );

  test('is refused with its proof, or counts as a bearer token, with or without one', async () => {
    const token = await boundTo(holder);
    expect(await shown('dPoP', token, await proofOf(token))).toBe('410000');
    expect(await shown('DPoP', token, await proofOf(token))).toBe('410000');
    expect(await shown('DPoP', token, undefined)).toEqual(['proof_missing', undefined]);
    expect(await shown('Bearer', token, undefined)).toEqual(['proof_missing', undefined]);
    expect(await shown('Bearer', token, await proofOf(token))).toEqual(['proof_missing', undefined]);
    expect(gate.outcomes).toEqual(['verified', 'remembered', 'unproven', 'unproven', 'unproven']);
  });

  test('is one that is bound to none, or to none although its client’s are to be', async () => {
    const plain = await tokenBy(first);
    const proof = await proofOf(plain);
    expect(await shown('DPoP', plain, proof)).toEqual(['token_invalid', 'not_bound']);
    const registered = async (isBound: boolean) =>
      await venueToken({ ...server, signer: first.signer }, { aud: GATEWAY, dpop_bound_access_tokens: isBound });
    expect(await shown('Bearer', await registered(true), undefined)).toEqual(['token_invalid', 'not_bound']);
    expect(await shown('Bearer', await registered(false), undefined)).toBe('410000');
    const both = await venueToken(
      { ...server, signer: first.signer },
      { aud: GATEWAY, dpop_bound_access_tokens: true, cnf: { jkt: await thumbprintOf(holder.jwk) } },
    );
    expect(await shown('DPoP', both, await proofOf(both))).toBe('410000');
  });

  test('is told no reason that a client could act on', async () => {
    expect((await gate.refusalOf('Basic abc')).reason).toBe('scheme_unknown');
    expect((await gate.refusalOf(`DPoP ${await tokenBy(first)}`)).detail).toBe('the token is bound to no key');
    const unbound = await venueToken(
      { ...server, signer: first.signer },
      { aud: GATEWAY, dpop_bound_access_tokens: true },
    );
    expect((await gate.refusalOf(`Bearer ${unbound}`)).detail).toMatch(/^the client is registered for bound tokens/);
    gate.admitted = null;
    expect((await gate.refusalOf(`Bearer ${await tokenBy(first)}`)).reason).toBe('issuer_unknown');
  });
});

describe('a token that was verified before', () => {
  const venue = { issuer: server.entityId, clientId: 'a-venue', kind: 'hospital', region: '410100' };

  test('is waited for, or is not looked at where something may have changed', async () => {
    const token = await tokenBy(first);
    const shown = () => gate.tokens.authenticate(asking(`bearer ${token}`));
    expect(shown()).toBeInstanceOf(Promise);
    await gate.outcomeOf(token);
    expect([shown(), gate.outcomes.at(-1)]).toEqual([{ ...venue, destination: '410000' }, 'remembered']);
    const changes: (() => void)[] = [
      () => (gate.admitted = null),
      () => (gate.admitted = '310000'),
      () => (gate.here = '310000'),
    ];
    for (const change of changes) {
      change();
      await expect(shown()).rejects.toBeInstanceOf(ProblemError);
      [gate.admitted, gate.here] = ['410000', '410000'];
      expect(shown()).toEqual({ ...venue, destination: '410000' });
    }
    // Its server's chain is over, and no other one can be had.
    gate.published = null;
    gate.nowS += 100;
    await expect(shown()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a server that wants to be asked about its tokens', () => {
  test('is not, is asked at every use, or says for nothing that one counts no more', async () => {
    gate.word = true;
    const token = await tokenBy(first);
    for (const outcome of ['verified', 'remembered', 'remembered']) {
      expect([await gate.outcomeOf(token), gate.outcomes.at(-1), gate.asked]).toEqual(['410000', outcome, 1]);
    }
    gate.word = false;
    gate.nowS += WORD_COUNTS_MS / 1000;
    const { code, detail, reason } = await gate.refusalOf(`Bearer ${token}`);
    expect([code, reason]).toEqual(['token_invalid', 'inactive']);
    expect(detail).toBe('its authorization server says that it counts no more');
    expect([gate.outcomes.at(-1), gate.asked, gate.about]).toEqual(['invalid', 2, token]);
  });

  test('is taken for every server', async () => {
    expect([await gate.outcomeOf(await tokenBy(first)), gate.asked]).toEqual(['410000', 0]);
  });
});

test('two servers’ clients of one name are counted as one', () => {
  const clientId = 'a-venue';
  expect(clientOf({ issuer: 'https://a.example', clientId })).not.toBe(
    clientOf({ issuer: 'https://b.example', clientId }),
  );
  expect(clientOf({ issuer: 'https://a.example', clientId })).toContain(clientId);
});
