import { exportJWK } from 'jose';
import { WHOLE_TEST_MS } from '../test/patience.ts';
import { ENTITY_STATEMENT_TYP } from './entity-statement.ts';
import { type PublicJwk, publicJwkSchema } from './public-key.ts';
import { createSigner, type Signer, type SignerAlg, signCompact } from './signer.ts';
import type { JsonObject } from './strict-json.ts';
import type { TrustAnchor } from './trust-chain.ts';
import { TrustError } from './trust-error.ts';

/** The time at which tests look, epoch seconds. */
export const NOW_S = 1_800_000_000;

/** An entity of a made-up federation, with its one key. */
export interface Party {
  readonly entityId: string;
  readonly signer: Signer;
  readonly jwk: PublicJwk;
}

export async function makeKey(kid: string, alg: SignerAlg = 'ES256'): Promise<{ signer: Signer; jwk: PublicJwk }> {
  const algorithm = alg === 'ES256' ? { name: 'ECDSA', namedCurve: 'P-256' } : 'Ed25519';
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('not a key pair');
  const { kty, crv, x, y } = await exportJWK(pair.publicKey);
  const jwk = publicJwkSchema.parse({ kty, crv, x, ...(y === undefined ? {} : { y }), kid });
  return { signer: createSigner(kid, alg, pair.privateKey), jwk };
}

export async function makeParty(
  entityId: string,
  kid = `key of ${entityId}`,
  alg: SignerAlg = 'ES256',
): Promise<Party> {
  return { entityId, ...(await makeKey(kid, alg)) };
}

export function anchorOf(party: Party): TrustAnchor {
  return { entity_id: party.entityId, jwks: { keys: [party.jwk] } };
}

/** Signs what an entity says of itself. Nothing is checked, so that tests can forge; undefined drops a claim. */
export function configure(party: Party, claims: JsonObject = {}, signer = party.signer): Promise<string> {
  return state(party, party, claims, signer);
}

/** Signs what a superior says of a subordinate. Nothing is checked, so that tests can forge. */
export function state(
  superior: Party,
  subject: Party,
  claims: JsonObject = {},
  signer = superior.signer,
): Promise<string> {
  const usual = {
    iss: superior.entityId,
    sub: subject.entityId,
    iat: NOW_S - 600,
    exp: NOW_S + 3600,
    jwks: { keys: [subject.jwk] },
  };
  return signCompact({ typ: ENTITY_STATEMENT_TYP }, { ...usual, ...claims }, signer);
}

/** What a superior says of the keys that a subordinate signs other things with. */
export function naming(type: string, ...keys: readonly JsonObject[]): JsonObject {
  return { metadata: { [type]: { jwks: { keys: [...keys] } } } };
}

/** The refusal that a check gives; a check that passes or that breaks in another way fails the test. */
export async function refusalOf(check: () => unknown): Promise<TrustError> {
  try {
    await check();
  } catch (error) {
    if (error instanceof TrustError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** As refusalOf, the code alone. */
export async function codeOf(check: () => unknown): Promise<string> {
  return (await refusalOf(check)).code;
}

/** How many mutations a fuzz test tries: set FUZZ_RUNS for a long run. */
export const FUZZ_RUNS = Number(process.env['FUZZ_RUNS'] ?? 3000);
export const FUZZ_TIMEOUT_MS = WHOLE_TEST_MS + FUZZ_RUNS * 5;
