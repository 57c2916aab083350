import { beforeEach, describe, expect, test } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { keptLog } from '../authority/authority.fixture.ts';
import { ProblemError } from '../problem-error.ts';
import { dpopProof, forged, venueToken } from '../test/venue-token.fixture.ts';
import { thumbprintOf } from '../trust/dpop-proof.ts';
import { EntityResolver } from '../trust/entity-resolver.ts';
import { anchorOf, configure, makeKey, makeParty, state } from '../trust/federation.fixture.ts';
import { AUTHORIZATION_SERVER } from '../trust/trust-bundle.ts';
import { TrustError } from '../trust/trust-error.ts';
import { Introspection, WORD_COUNTS_MS } from './introspection.ts';
import { Possession, PROOF_REMEMBERED_MS } from './possession.ts';
import { ProofNonces } from './proof-nonces.ts';
import { openSeenOnce } from './seen-once.ts';
import { clientOf, type TokenOutcome, VenueTokens } from './venue-tokens.ts';

const anchor = await makeParty('https://anchor.example');
const province = await makeParty('https://henan.example');
const server = await makeParty('https://venues.henan.example');
const [first, next, holder] = [await makeKey('first'), await makeKey('next'), await makeKey('a venue’s own')];
const GATEWAY = 'https://gateway.henan.example';
const METADATA = `${GATEWAY}/.well-known/oauth-protected-resource`;
const CHALLENGE = `Bearer realm="huren", resource_metadata="${METADATA}"`;
const DPOP_CHALLENGE = `DPoP realm="huren", resource_metadata="${METADATA}", algs="ES256 EdDSA"`;
const startedS = Math.floor(Date.now() / 1000);

let nowS: number;
let admitted: ProvinceCode | null;
/** The province whose gateway is here. */
let here: ProvinceCode;
/** What goes wrong when a chain is read, though nothing may. */
let fault: Error | null;
/** The keys that the server's chain names; null: its host is away. */
let published: readonly (typeof first)[] | null;
/** What the server says of every token, where it wants to be asked; null: it does not. */
let word: boolean | null;
let asked: number;
/** The token that it was asked about last. */
let about: string | null;
let looks: number;
let outcomes: TokenOutcome[];
let log: ReturnType<typeof keptLog>;
let tokens: VenueTokens;

beforeEach(() => {
  nowS = startedS;
  admitted = '410000';
  here = '410000';
  fault = null;
  published = [first];
  word = null;
  asked = 0;
  looks = 0;
  outcomes = [];
  log = keptLog('info');
  const resolver = new EntityResolver({
    anchor: () => anchorOf(anchor),
    chainOf: () => chain(),
    nowS: () => nowS,
    isVouchedFor: () => admitted !== null,
  });
  tokens = gateway(resolver);
});

function gateway(resolver: EntityResolver | null): VenueTokens {
  return new VenueTokens({
    resolver,
    provinceOf: (issuer) => (issuer === server.entityId ? admitted : null),
    audiencesOf: (code) => (code === here ? [GATEWAY] : null),
    resourceMetadata: METADATA,
    possession: new Possession({
      nonces: new ProofNonces(null, () => nowS * 1000),
      seen: openSeenOnce('dpop', null, PROOF_REMEMBERED_MS),
      names: [GATEWAY],
      nowMs: () => nowS * 1000,
    }),
    introspection: new Introspection({
      post: async (_url, { body }) => {
        asked += 1;
        about = new URLSearchParams(body).get('token');
        return { status: 200, bytes: Buffer.from(JSON.stringify({ active: word })) };
      },
      gatewayOf: () => ({ entityId: GATEWAY, signer: holder.signer }),
      nowMs: () => nowS * 1000,
    }),
    onOutcome: (outcome) => outcomes.push(outcome),
    log: log.log,
    nowMs: () => nowS * 1000,
  });
}

async function chain(): Promise<string[]> {
  looks += 1;
  if (fault !== null) throw fault;
  if (published === null) throw new TrustError('fetch_failed', 'away');
  const life = { iat: nowS - 1, exp: nowS + 100 };
  const wantsToBeAsked = { introspection_endpoint: `${server.entityId}/tokens`, huren_introspection_required: true };
  const metadata = {
    issuer: server.entityId,
    token_endpoint: `${server.entityId}/token`,
    ...(word === null ? {} : wantsToBeAsked),
  };
  const jwks = { keys: published.map(({ jwk }) => jwk) };
  const terms = { huren_venue_kinds: { value: ['hospital'] }, huren_regions: { value: ['41'] } };
  return [
    await configure(server, {
      ...life,
      authority_hints: [province.entityId],
      metadata: { [AUTHORIZATION_SERVER]: { ...metadata, jwks } },
    }),
    await state(province, server, {
      ...life,
      metadata_policy: { [AUTHORIZATION_SERVER]: { huren_province: { value: '410000' }, ...terms } },
    }),
    await state(anchor, province, life),
  ];
}

/** Of a venue of the server, from now on. */
const tokenBy = async ({ signer }: typeof first) =>
  await venueToken({ ...server, signer }, { aud: GATEWAY, iat: startedS, exp: startedS + 3_600 });

const asking = (authorization: string | undefined) => ({
  authorization,
  proof: undefined,
  method: 'POST',
  path: '/v1/verifications',
});

async function outcomeOf(token: string): Promise<string> {
  return await Promise.resolve(tokens.authenticate(asking(`Bearer ${token}`))).then(
    ({ destination }) => destination,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'a fault'),
  );
}

/** The refusal itself, with what it tells a client. */
async function refusalOf(authorization: string | undefined): Promise<ProblemError> {
  const asked = Promise.resolve(tokens.authenticate(asking(authorization)));
  const error: unknown = await asked.catch((refusal: unknown) => refusal);
  if (error instanceof ProblemError) return error;
  throw new Error('nothing was refused', { cause: error });
}

describe('what a client sends', () => {
  test('is nothing, and it is not told where to read how to get a token', async () => {
    const { code, headers } = await refusalOf(undefined);
    expect([code, headers]).toEqual(['token_missing', { 'www-authenticate': `${CHALLENGE}, ${DPOP_CHALLENGE}` }]);
    expect(outcomes).toEqual(['missing']);
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
    const { code, detail, headers } = await refusalOf(authorization);
    expect([code, detail]).toEqual(['token_invalid', 'the Authorization header is not a bearer token']);
    expect(headers).toEqual({ 'www-authenticate': `${CHALLENGE}, error="invalid_token"` });
    expect(outcomes).toEqual(['invalid']);
  });

  test('is a token whose venue is another one, or is refused for the case of its scheme', async () => {
    const venue = { issuer: server.entityId, clientId: 'a-venue', kind: 'hospital', region: '410100' };
    expect(await tokens.authenticate(asking(`bEARER ${await tokenBy(first)}`))).toEqual({
      ...venue,
      destination: '410000',
    });
  });

  test('is a token of a server that nobody admitted, and the client is not told so', async () => {
    admitted = null;
    const { detail } = await refusalOf(`Bearer ${await tokenBy(first)}`);
    expect(detail).toBe('no province has admitted the server that the token is from');
    expect(looks).toBe(0);
  });

  test('is a token that is remembered at the second at which it ends', async () => {
    const token = await venueToken({ ...server, signer: first.signer }, { aud: GATEWAY, exp: startedS + 10 });
    expect([await outcomeOf(token), looks]).toEqual(['410000', 1]);
    nowS = startedS + 9;
    expect(await outcomeOf(token)).toBe('410000');
    nowS = startedS + 10;
    const { code, detail } = await refusalOf(`Bearer ${token}`);
    expect([code, detail]).toEqual(['token_invalid', 'the token has expired']);
    expect(outcomes).toEqual(['verified', 'remembered', 'invalid']);
  });
});

describe('a token that is bound to a key', () => {
  const boundTo = async ({ jwk }: typeof first) =>
    await venueToken(
      { ...server, signer: first.signer },
      { aud: GATEWAY, iat: startedS, exp: startedS + 3_600, cnf: { jkt: await thumbprintOf(jwk) } },
    );
  const proofOf = async (token: string) =>
    await dpopProof(holder, token, { htu: `${GATEWAY}/v1/verifications`, nonce: tokens.proofNonce() });
  const shown = async (scheme: string, token: string, proof: string | undefined) =>
    await (async () => await tokens.authenticate({ ...asking(`${scheme} ${token}`), proof }))().then(
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
    expect(outcomes).toEqual(['verified', 'remembered', 'unproven', 'unproven', 'unproven']);
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
    expect((await refusalOf('Basic abc')).reason).toBe('scheme_unknown');
    expect((await refusalOf(`DPoP ${await tokenBy(first)}`)).detail).toBe('the token is bound to no key');
    const unbound = await venueToken(
      { ...server, signer: first.signer },
      { aud: GATEWAY, dpop_bound_access_tokens: true },
    );
    expect((await refusalOf(`Bearer ${unbound}`)).detail).toMatch(/^the client is registered for bound tokens/);
    admitted = null;
    expect((await refusalOf(`Bearer ${await tokenBy(first)}`)).reason).toBe('issuer_unknown');
  });
});

describe('a token that was verified before', () => {
  const venue = { issuer: server.entityId, clientId: 'a-venue', kind: 'hospital', region: '410100' };

  test('is waited for, or is not looked at where something may have changed', async () => {
    const token = await tokenBy(first);
    const shown = () => tokens.authenticate(asking(`bearer ${token}`));
    expect(shown()).toBeInstanceOf(Promise);
    await outcomeOf(token);
    expect([shown(), outcomes.at(-1)]).toEqual([{ ...venue, destination: '410000' }, 'remembered']);
    const changes: (() => void)[] = [() => (admitted = null), () => (admitted = '310000'), () => (here = '310000')];
    for (const change of changes) {
      change();
      await expect(shown()).rejects.toBeInstanceOf(ProblemError);
      [admitted, here] = ['410000', '410000'];
      expect(shown()).toEqual({ ...venue, destination: '410000' });
    }
    // Its server's chain is over, and no other one can be had.
    published = null;
    nowS += 100;
    await expect(shown()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a server that wants to be asked about its tokens', () => {
  test('is not, is asked at every use, or says for nothing that one counts no more', async () => {
    word = true;
    const token = await tokenBy(first);
    for (const outcome of ['verified', 'remembered', 'remembered']) {
      expect([await outcomeOf(token), outcomes.at(-1), asked]).toEqual(['410000', outcome, 1]);
    }
    word = false;
    nowS += WORD_COUNTS_MS / 1000;
    const { code, detail, reason } = await refusalOf(`Bearer ${token}`);
    expect([code, reason]).toEqual(['token_invalid', 'inactive']);
    expect(detail).toBe('its authorization server says that it counts no more');
    expect([outcomes.at(-1), asked, about]).toEqual(['invalid', 2, token]);
  });

  test('is taken for every server', async () => {
    expect([await outcomeOf(await tokenBy(first)), asked]).toEqual(['410000', 0]);
  });
});

test('two servers’ clients of one name are counted as one', () => {
  const clientId = 'a-venue';
  expect(clientOf({ issuer: 'https://a.example', clientId })).not.toBe(
    clientOf({ issuer: 'https://b.example', clientId }),
  );
  expect(clientOf({ issuer: 'https://a.example', clientId })).toContain(clientId);
});

describe('a fault of ours', () => {
  test('is told to a venue as a refusal, and counted as one', async () => {
    fault = new RangeError('a fault');
    await expect(tokens.authenticate(asking(`Bearer ${await tokenBy(first)}`))).rejects.toBe(fault);
    expect(outcomes).toEqual([]);
  });

  test('is told as a server that is away, where its keys are read again', async () => {
    await outcomeOf(await tokenBy(first));
    nowS += 1;
    fault = new RangeError('a fault');
    await expect(tokens.authenticate(asking(`Bearer ${await tokenBy(next)}`))).rejects.toBe(fault);
  });
});

describe('a server whose chain cannot be had', () => {
  test('has a client told nothing of when to come back', async () => {
    published = null;
    const { code, detail, headers } = await refusalOf(`Bearer ${await tokenBy(first)}`);
    expect([code, detail]).toEqual(['unavailable', 'the trust chain of the authorization server cannot be had']);
    expect(headers).toEqual({ 'retry-after': '5' });
  });

  test('is not looked for until a clock that was set back has caught up', async () => {
    published = null;
    const token = await tokenBy(first);
    await outcomeOf(token);
    nowS -= 10;
    expect([await outcomeOf(token), looks]).toEqual(['unavailable', 2]);
  });

  test('has its venues called strangers by a gateway that has no trust anchor', async () => {
    tokens = gateway(null);
    expect(await outcomeOf(await tokenBy(first))).toBe('unavailable');
    expect(log.lines).toEqual([expect.stringContaining('"code":"anchor_unknown"')]);
  });

  test('is unheard of, or is looked for and told of at every question', async () => {
    published = null;
    const token = await tokenBy(first);
    expect([await outcomeOf(token), await outcomeOf(token), looks]).toEqual(['unavailable', 'unavailable', 1]);
    nowS += 1;
    expect([await outcomeOf(token), looks]).toEqual(['unavailable', 2]);
    const about = `"issuer":"${server.entityId}"`;
    const away = 'the chain of an authorization server cannot be had: its venues are turned away';
    expect(log.lines).toEqual([expect.stringMatching(`${about},"code":"fetch_failed".*"msg":"${away}"`)]);
    published = [first];
    nowS += 1;
    expect(await outcomeOf(token)).toBe('410000');
    published = null;
    nowS += 100;
    expect(await outcomeOf(token)).toBe('unavailable');
    const back = `${about},"msg":"the chain of an authorization server verifies"`;
    expect(log.lines.slice(1)).toEqual([expect.stringContaining(back), expect.stringContaining(away)]);
    expect(outcomes).toEqual(['unavailable', 'unavailable', 'unavailable', 'verified', 'unavailable']);
  });

  test('turns its venues away before its last chain is over', async () => {
    const token = await tokenBy(first);
    expect(await outcomeOf(token)).toBe('410000');
    published = null;
    nowS += 90;
    expect([await outcomeOf(token), await outcomeOf(await tokenBy(first))]).toEqual(['410000', '410000']);
    expect(log.lines).toEqual([]);
  });
});

describe('a server’s keys', () => {
  test('that are new do not count before its chain is over, or a stranger’s kid has it read without end', async () => {
    expect(await outcomeOf(await tokenBy(first))).toBe('410000');
    published = [first, next];
    nowS += 1;
    expect(await outcomeOf(await tokenBy(next))).toBe('410000');
    published = null;
    const stranger = await tokenBy(await makeKey('stranger'));
    for (let n = 0; n < 3; n += 1) expect(await outcomeOf(stranger)).toBe('token_invalid');
    // Whether that is a new key cannot be told just now.
    nowS += 1;
    expect([await outcomeOf(stranger), await outcomeOf(await tokenBy(next))]).toEqual(['unavailable', '410000']);
    expect(log.lines).toEqual([]);
  });

  test('that are old are read again for a token that is bad for another reason', async () => {
    expect(await outcomeOf(await tokenBy(first))).toBe('410000');
    nowS += 1;
    const expired = await venueToken({ ...server, signer: first.signer }, { aud: GATEWAY, exp: startedS });
    const forgery = await venueToken(
      { ...server, signer: { ...next.signer, kid: first.signer.kid } },
      { aud: GATEWAY },
    );
    expect([await outcomeOf(expired), await outcomeOf(forgery), looks]).toEqual(['token_invalid', 'token_invalid', 1]);
  });

  test('that were withdrawn go on counting for tokens that are remembered', async () => {
    const token = await tokenBy(first);
    expect([await outcomeOf(token), await outcomeOf(token)]).toEqual(['410000', '410000']);
    published = [next];
    nowS += 60;
    await outcomeOf(token);
    await expect.poll(() => outcomeOf(token)).toBe('token_invalid');
  });
});

describe('whose a server is', () => {
  test('is one province by the log and another one by its chain, and is believed', async () => {
    [admitted, here] = ['310000', '310000'];
    expect(await outcomeOf(await tokenBy(first))).toBe('unavailable');
    expect([outcomes, looks]).toEqual([['unavailable'], 1]);
  });

  test('is looked up late, for tokens that are remembered', async () => {
    const token = await tokenBy(first);
    expect(await outcomeOf(token)).toBe('410000');
    admitted = null;
    expect(await outcomeOf(token)).toBe('token_invalid');
    admitted = '310000';
    expect(await outcomeOf(token)).toBe('venue_foreign');
    expect(outcomes).toEqual(['verified', 'invalid', 'foreign']);
  });

  test('is looked up by a name that everything inherits', async () => {
    const token = forged({ alg: 'ES256', typ: 'at+jwt', kid: 'first' }, { iss: 'constructor' });
    expect(await outcomeOf(token)).toBe('token_invalid');
    expect(await outcomeOf(forged({ alg: 'ES256', typ: 'at+jwt', kid: 'first' }, { iss: 7 }))).toBe('token_invalid');
  });
});
