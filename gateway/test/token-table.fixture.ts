import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadOrCreateKey } from '../../adapters/sandbox/keys.ts';
import type { AccessReason } from '../../schemas/access-reason.ts';
import type { Problem } from '../../schemas/problem.ts';
import { thumbprintOf } from '../trust/dpop-proof.ts';
import { makeKey, makeParty, type Party } from '../trust/federation.fixture.ts';
import { publicJwkSchema } from '../trust/public-key.ts';
import type { JsonObject } from '../trust/strict-json.ts';
import type { SandboxGateway } from './sandbox-gateway.ts';
import { dpopProof, forged, venueClaims, venueToken } from './venue-token.fixture.ts';

/** What a request carries to show who sends it. */
export interface Sent {
  readonly authorization?: string;
  readonly dpop?: string;
}

/** One way in which a token or a proof can be bad, and what it has to be refused with. */
export interface TokenCase {
  readonly what: string;
  readonly make: (bad: BadTokens) => Promise<Sent> | Sent;
  readonly code: Problem['code'];
  readonly reason?: AccessReason;
}

export const VERIFICATIONS = '/v1/verifications';
const nowS = () => Math.floor(Date.now() / 1000);

/** Makes tokens with the keys of a sandbox's authorization servers, and proofs with a venue's key. */
export class BadTokens {
  /** The server of Guangdong, whose venues ask. */
  readonly server: Party;
  readonly foreign: Party;
  readonly url: string;
  readonly other: Awaited<ReturnType<typeof makeKey>>;
  readonly bound: Awaited<ReturnType<typeof makeKey>>;
  readonly #sandbox: SandboxGateway;

  private constructor(sandbox: SandboxGateway, bound: BadTokens['bound'], other: BadTokens['other']) {
    this.#sandbox = sandbox;
    this.url = `${sandbox.url}${VERIFICATIONS}`;
    [this.server, this.foreign] = [serverOf(sandbox, '440000'), serverOf(sandbox, '310000')];
    [this.bound, this.other] = [bound, other];
  }

  static async open(sandbox: SandboxGateway): Promise<BadTokens> {
    return new BadTokens(sandbox, await makeKey('a venue’s'), await makeKey('somebody’s'));
  }

  claimed(claims: JsonObject = {}): JsonObject {
    return { aud: this.#sandbox.url, region: '440100', ...claims };
  }

  token(claims: JsonObject = {}, header: JsonObject = {}, signer = this.server): Promise<string> {
    return venueToken(signer, this.claimed(claims), header);
  }

  async bearer(claims: JsonObject = {}, header: JsonObject = {}, signer = this.server): Promise<Sent> {
    return bearer(await this.token(claims, header, signer));
  }

  unsigned(header: JsonObject): Sent {
    const claims = venueClaims(this.claimed({ iss: this.server.entityId }));
    return bearer(forged({ typ: 'at+jwt', kid: this.server.signer.kid, ...header }, claims));
  }

  async boundToken(): Promise<string> {
    return await this.token({ cnf: { jkt: await thumbprintOf(this.bound.jwk) }, dpop_bound_access_tokens: true });
  }

  /** A bound token with a proof that is good but for what is said. */
  async proven(claims: JsonObject = {}, header: JsonObject = {}, by = this.bound): Promise<Required<Sent>> {
    const accessToken = await this.boundToken();
    const usual = { htu: this.url, nonce: await this.givenNonce() };
    const dpop = await dpopProof(by, accessToken, { ...usual, ...claims }, header);
    return { authorization: `DPoP ${accessToken}`, dpop };
  }

  /** What the gateway gives to whoever comes with a proof, be it a bad one. */
  async givenNonce(): Promise<string> {
    const reply = await fetch(this.url, { method: 'POST', headers: { dpop: 'none' } });
    return reply.headers.get('dpop-nonce') ?? '';
  }
}

function bearer(token: string): Sent {
  return { authorization: `Bearer ${token}` };
}

function serverOf({ dataDir, url }: SandboxGateway, province: string): Party {
  const { published, sign } = loadOrCreateKey(join(dataDir, 'keys/sandbox/servers', province, 'signing.jwk'));
  const signBytes = async (input: Uint8Array) => sign(Buffer.from(input).toString('utf8'));
  const signer = { kid: published.kid, alg: 'ES256', sign: signBytes } as const;
  const jwk = publicJwkSchema.parse(published.jwk);
  return { entityId: `${url}/authorization-servers/${province}`, signer, jwk };
}

type Row = readonly [TokenCase['what'], TokenCase['make'], AccessReason];
const as = (code: Problem['code'], rows: readonly Row[]): TokenCase[] =>
  rows.map(([what, make, reason]) => ({ what, make, code, reason }));

export const BAD_TOKENS: readonly TokenCase[] = [
  { what: 'none', make: () => ({}), code: 'token_missing' },
  ...as('token_invalid', [
    ['of a scheme that nobody knows', () => ({ authorization: 'Basic abc' }), 'scheme_unknown'],
    ['expired', (bad) => bad.bearer({ exp: nowS() - 1 }), 'expired'],
    ['from the future', (bad) => bad.bearer({ iat: nowS() + 600, exp: nowS() + 900 }), 'not_yet_valid'],
    ['of two days', (bad) => bad.bearer({ exp: nowS() + 172_800 }), 'lives_too_long'],
    ['for another audience', (bad) => bad.bearer({ aud: 'https://other.example' }), 'audience_wrong'],
    ['of a server that nobody admitted', (bad) => bad.bearer({ iss: 'https://s.example' }), 'issuer_unknown'],
    ['in another server’s name', (bad) => bad.bearer({ iss: bad.foreign.entityId }), 'key_unknown'],
    ['without the scope', (bad) => bad.bearer({ scope: 'openid' }), 'scope_missing'],
    ['of a kind that nobody knows', (bad) => bad.bearer({ venue_kind: 'castle' }), 'claims_invalid'],
    ['of a kind that its province did not admit', (bad) => bad.bearer({ venue_kind: 'prison' }), 'venue_kind_refused'],
    ['of a venue in another province', (bad) => bad.bearer({ region: '310000' }), 'region_refused'],
    ['of another type', (bad) => bad.bearer({}, { typ: 'jwt' }), 'type_wrong'],
    ['that is not signed', (bad) => bad.unsigned({ alg: 'none' }), 'algorithm_refused'],
    ['with the public key for a secret', (bad) => bad.unsigned({ alg: 'HS256' }), 'algorithm_refused'],
    [
      'of a stranger under the server’s kid',
      async (bad) => bad.bearer({}, {}, await makeParty(bad.server.entityId, bad.server.signer.kid)),
      'signature_invalid',
    ],
    ['that brings its key', (bad) => bad.bearer({}, { jwk: bad.other.jwk }), 'key_in_header'],
    ['bound in a way that nobody knows', (bad) => bad.bearer({ cnf: { 'x5t#S256': 'a' } }), 'claims_invalid'],
    [
      'free, of a client registered for bound ones',
      (bad) => bad.bearer({ dpop_bound_access_tokens: true }),
      'not_bound',
    ],
    ['free, sent as if it were bound', async (bad) => ({ authorization: `DPoP ${await bad.token()}` }), 'not_bound'],
  ]),
];

export const BAD_PROOFS: readonly TokenCase[] = [
  {
    what: 'missing',
    make: async (bad) => ({ authorization: `DPoP ${await bad.boundToken()}` }),
    code: 'proof_missing',
  },
  { what: 'missing, as of a free token', make: async (bad) => bearer(await bad.boundToken()), code: 'proof_missing' },
  {
    what: 'beside a bound token that is sent as if it were free',
    make: async (bad) => {
      const { authorization, dpop } = await bad.proven();
      return { authorization: authorization.replace('DPoP', 'Bearer'), dpop };
    },
    code: 'proof_missing',
  },
  ...as('proof_invalid', [
    ['that is no token', async (bad) => ({ ...(await bad.proven()), dpop: 'a.b' }), 'malformed'],
    [
      'that is two',
      async (bad) => {
        const { authorization, dpop } = await bad.proven();
        return { authorization, dpop: `${dpop}, ${dpop}` };
      },
      'malformed',
    ],
    ['longer than any', (bad) => bad.proven({ more: 'x'.repeat(4_096) }), 'too_large'],
    ['for another method', (bad) => bad.proven({ htm: 'GET' }), 'method_wrong'],
    ['for another address', (bad) => bad.proven({ htu: `${bad.url}/batch` }), 'url_wrong'],
    ['for another host', (bad) => bad.proven({ htu: `https://other.example${VERIFICATIONS}` }), 'url_wrong'],
    ['for another token', (bad) => bad.proven({ ath: 'x'.repeat(43) }), 'token_wrong'],
    ['for no token', (bad) => bad.proven({ ath: undefined }), 'claims_invalid'],
    ['without jti', (bad) => bad.proven({ jti: undefined }), 'claims_invalid'],
    ['too old', (bad) => bad.proven({ iat: nowS() - 600 }), 'expired'],
    ['from the future', (bad) => bad.proven({ iat: nowS() + 600 }), 'not_yet_valid'],
    ['by another key', (bad) => bad.proven({}, {}, bad.other), 'key_wrong'],
    [
      'by another key in the venue’s name',
      (bad) => bad.proven({}, {}, { ...bad.bound, signer: bad.other.signer }),
      'signature_invalid',
    ],
    ['of another type', (bad) => bad.proven({}, { typ: 'JWT' }), 'type_wrong'],
    ['not signed', (bad) => bad.proven({}, { alg: 'none' }), 'algorithm_refused'],
    ['by a secret', (bad) => bad.proven({}, { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }), 'algorithm_refused'],
    [
      'with its private key',
      (bad) => bad.proven({}, { jwk: { ...bad.bound.jwk, d: bad.bound.jwk.x } }),
      'key_not_public',
    ],
    ['without its key', (bad) => bad.proven({}, { jwk: undefined }), 'key_not_public'],
    ['that asks for an extension', (bad) => bad.proven({}, { crit: ['b64'], b64: false }), 'malformed'],
  ]),
  { what: 'without a nonce', make: (bad) => bad.proven({ nonce: undefined }), code: 'proof_nonce_required' },
  { what: 'with a nonce of its own', make: (bad) => bad.proven({ nonce: randomUUID() }), code: 'proof_nonce_required' },
];
