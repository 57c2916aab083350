import { createHmac, randomBytes } from 'node:crypto';
import { base64url, decodeJwt, decodeProtectedHeader } from 'jose';
import { NODE_TOKEN_TYP } from '../../../schemas/statement-exchange.ts';
import { type Signer, signCompact } from '../../trust/signer.ts';
import { type Ask, type Fault, nodeToken, type Outcome, tokenClaims } from './ask.ts';
import type { Askers } from './askers.ts';
import { alterText, oneOf, type Random } from './random.ts';

/** What stands in the Authorization header; null: there is none. */
type Show = (ask: Ask, random: Random, askers: Askers) => Promise<string | null>;

function shown(outcome: Outcome | readonly Outcome[], shows: Readonly<Record<string, Show>>): Fault[] {
  const outcomes = typeof outcome === 'string' ? [outcome] : outcome;
  return Object.entries(shows).map(([name, show]) => ({
    name,
    stage: 'token',
    outcomes,
    spoil: async (ask, random, askers) => {
      ask.authorization = await show(ask, random, askers);
    },
  }));
}

/** A token whose claims say something else, signed by the gateway itself. */
function claiming(changes: (random: Random, askers: Askers) => object): Show {
  return async ({ asker }, random, askers) => bearer(await nodeToken(askers, asker, random, changes(random, askers)));
}

/** A token with another header, as whoever holds no key or another one would make it. */
function headed(header: (random: Random, askers: Askers, kid: string) => object, sign: Sign): Show {
  return async ({ asker }, random, askers) => {
    const claims = tokenClaims(askers.issuer, asker.entityId, random);
    const common = { alg: 'ES256', typ: NODE_TOKEN_TYP, kid: asker.signer.kid };
    const text = { ...common, ...header(random, askers, asker.signer.kid) };
    const input = [text, claims].map((part) => base64url.encode(JSON.stringify(part))).join('.');
    return bearer(`${input}.${await sign(input, asker.signer, { random, askers })}`);
  };
}
type Sign = (
  input: string,
  signer: Signer,
  parts: { readonly random: Random; readonly askers: Askers },
) => string | Promise<string>;

const bearer = (token: string) => `Bearer ${token}`;
const nowS = () => Math.floor(Date.now() / 1000);
const bySigner: Sign = async (input, signer) => base64url.encode(await signer.sign(new TextEncoder().encode(input)));
const byNobody: Sign = () => '';
const made = (length: number) => randomBytes(length).toString('base64url');

/** With the public key as a secret, in each of the ways in which a library might be handed it (RFC 8725 section 2.1). */
const byPublicKey: Sign = (input, _signer, { random, askers }) => {
  const [jwk] = askers.publicKeys.keys;
  const secret = oneOf(random, [JSON.stringify(jwk), jwk?.x ?? '', Buffer.from(jwk?.x ?? '', 'base64url')]);
  return createHmac('sha256', secret).update(input).digest('base64url');
};

const NO_TOKEN = shown('node_token_invalid', {
  'no token': async () => null,
  'another scheme': async ({ authorization }, random) =>
    (authorization ?? '').replace(/^\w+/, oneOf(random, ['Basic', 'DPoP', 'Digest', 'Bearer2', 'Token', 'B'])),
  'no token behind the scheme': async (_ask, random) => oneOf(random, ['Bearer', 'Bearer ', 'bearer', 'Bearer  ']),
  'two tokens': async ({ authorization }) => `${authorization ?? ''} ${(authorization ?? '').split(' ')[1]}`,
  'a made-up token': async (_ask, random) =>
    bearer(oneOf(random, ['a.b.c', '..', '.', `${made(40)}.${made(90)}.${made(64)}`, made(40), 'null', 'e30.e30.'])),
  'a token without end': async ({ authorization }, random) => `${authorization}${'A'.repeat(2_048 + random(4_000))}`,
});

const CLAIMS = shown('node_token_invalid', {
  'another audience': claiming((random, { url, ids, issuer }) => ({
    aud: oneOf(random, [
      url,
      ids.anchor,
      'https://elsewhere.example',
      `${issuer}/`,
      `${issuer}0`,
      issuer.toUpperCase(),
    ]),
  })),
  'a list of audiences': claiming((_random, { issuer, url }) => ({ aud: [issuer, url] })),
  'the name of another gateway': async ({ asker }, random, askers) => {
    const [first, second] = askers.admitted;
    const { entityId } = asker === first ? second : first;
    return bearer(await nodeToken(askers, { ...asker, entityId }, random));
  },
  'a token that has expired': claiming((random) => {
    const exp = nowS() - random(100_000);
    return { iat: exp - 1 - random(60), exp };
  }),
  'a token from the future': claiming((random) => {
    const iat = nowS() + 90 + random(100_000);
    return { iat, exp: iat + 1 + random(60) };
  }),
  'too long a life': claiming((random) => ({ exp: nowS() + 62 + random(1_000_000_000) })),
  'an end before the beginning': claiming((random) => ({ iat: nowS() + 30, exp: nowS() + 30 - random(10) })),
  'a time that is none': claiming((random) => ({
    [oneOf(random, ['iat', 'exp'])]: oneOf(random, [-1, 1.5, '1', null, true, Number.MAX_VALUE, [nowS()]]),
  })),
  'a claim less': claiming((random) => ({ [oneOf(random, ['iss', 'aud', 'iat', 'exp', 'jti'])]: undefined })),
  'a claim more': claiming((random) => ({ [oneOf(random, ['sub', 'nbf', 'scope', 'cnf', 'constructor'])]: 'x' })),
  'a number that is no jti': claiming((random) => ({ jti: oneOf(random, ['', 'x', 'j'.repeat(65), 1, null]) })),
});

const HEADERS = shown('node_token_invalid', {
  'another type': async ({ asker }, random, { issuer }) => {
    const claims = tokenClaims(issuer, asker.entityId, random);
    return bearer(await signCompact({ typ: oneOf(random, OTHER_TYPES) }, claims, asker.signer));
  },
  'no type': headed(() => ({ typ: undefined }), bySigner),
  'no algorithm': headed((random) => ({ alg: oneOf(random, ['none', 'None', 'NONE', '', null]) }), byNobody),
  'no signature': headed(() => ({}), byNobody),
  'the public key as a secret': headed(() => ({ alg: 'HS256' }), byPublicKey),
  'another algorithm': headed(
    (random) => ({ alg: oneOf(random, ['ES384', 'RS256', 'PS256', 'EdDSA', 'SM2']) }),
    bySigner,
  ),
  'a key in the header': headed(
    (random, { publicKeys }) =>
      oneOf<object>(random, [
        { jwk: publicKeys.keys[0] },
        { jku: 'https://stranger.example/jwks' },
        { x5c: [made(32)] },
        { x5u: 'https://stranger.example/x5u' },
      ]),
    bySigner,
  ),
  'something critical': headed(
    (random) => oneOf<object>(random, [{ crit: ['exp'] }, { crit: [] }, { b64: false, crit: ['b64'] }]),
    bySigner,
  ),
  'no kid': headed((random) => ({ kid: oneOf(random, [undefined, '', 1, null, 'k'.repeat(257)]) }), bySigner),
  'another kid': headed(
    (random, _askers, kid) => ({ kid: oneOf(random, [`${kid}0`, 'x', '__proto__', '../x']) }),
    bySigner,
  ),
});
const OTHER_TYPES = [
  'JWT',
  'at+jwt',
  'dpop+jwt',
  'recognition-attestation+jwt',
  'statement-answer+jwt',
  'entity-statement+jwt',
  'application/node-token+jwt',
];

const SIGNATURES = shown('node_token_invalid', {
  "a stranger's signature": async ({ asker }, random, askers) =>
    bearer(await nodeToken(askers, { ...asker, signer: askers.stranger.signer }, random)),
  "a stranger's signature under the gateway's kid": async ({ asker }, random, askers) => {
    const { alg, sign } = askers.stranger.signer;
    return bearer(await nodeToken(askers, { ...asker, signer: { kid: asker.signer.kid, alg, sign } }, random));
  },
  'the signature of another token': async ({ asker, authorization }, random, askers) => {
    const other = await nodeToken(askers, asker, random);
    return `${(authorization ?? '').replace(/[^.]*$/, '')}${other.split('.')[2]}`;
  },
  'other claims under a signature': async ({ authorization }, random) => {
    const token = (authorization ?? '').split(' ')[1] ?? '';
    const [, , signature] = token.split('.');
    const payload = { ...decodeJwt(token), exp: nowS() + 50 + random(5), jti: made(16) };
    const parts = [decodeProtectedHeader(token), payload].map((part) => base64url.encode(JSON.stringify(part)));
    return bearer([...parts, signature].join('.'));
  },
});

const MUTATED = shown(['node_token_invalid', 'node_not_admitted'], {
  'a token with something changed': async ({ authorization }, random) => {
    const [scheme, token = ''] = (authorization ?? '').split(' ');
    // What a header cannot carry is no ask at all; and a space makes two tokens of one.
    const altered = alterText(token, random).replaceAll(/[^\x21-\x7e]/g, '~');
    return `${scheme} ${altered === token ? `${token}A` : altered}`;
  },
});

const UNADMITTED = shown('node_not_admitted', {
  'a stranger': async (_ask, random, askers) => bearer(await nodeToken(askers, askers.stranger, random)),
  'a gateway that was removed': async (_ask, random, askers) =>
    bearer(random(2) === 0 ? askers.revokedToken : await nodeToken(askers, askers.revoked, random)),
  'an entity that is no gateway': claiming((random, { ids, issuer }) => ({
    iss: oneOf(random, [ids.province('440000'), ids.anchor, issuer, ids.issuer('410000')]),
  })),
});

const CHAINS = [
  ...shown('node_token_invalid', {
    'a gateway whose word has expired': async (_ask, random, askers) =>
      bearer(await nodeToken(askers, askers.lapsed, random)),
  }),
  ...shown('unavailable', {
    'a gateway that is away': async (_ask, random, askers) => bearer(await nodeToken(askers, askers.away, random)),
  }),
];

/** Seen only once the question is read: whose token it is was never in doubt. */
const BINDINGS: readonly Fault[] = [
  {
    name: 'passed on with a token that is good for any question',
    stage: 'binding',
    outcomes: ['node_token_invalid'],
    spoil: ({ headers }, random) => void headers.set('huren-hops', oneOf(random, ['2', '3'])),
  },
  {
    name: 'a token for another question',
    stage: 'binding',
    outcomes: ['node_token_invalid'],
    spoil: async (ask, random, askers) => {
      ask.authorization = bearer(await nodeToken(askers, ask.asker, random, { question: made(32) }));
    },
  },
];

export const TOKEN_FAULTS: readonly Fault[] = [
  NO_TOKEN,
  CLAIMS,
  HEADERS,
  SIGNATURES,
  MUTATED,
  UNADMITTED,
  CHAINS,
  BINDINGS,
].flat();
