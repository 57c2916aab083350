import { createHash, randomUUID } from 'node:crypto';
import { DPOP_PROOF_TYP } from '../trust/dpop-proof.ts';
import type { makeKey, Party } from '../trust/federation.fixture.ts';
import type { JsonObject } from '../trust/strict-json.ts';

/** What an authorization server says of a hospital in Zhengzhou, for five minutes from now. */
export function venueClaims(more: JsonObject = {}): JsonObject {
  const iat = Math.floor(Date.now() / 1000);
  const client = { sub: 'a-venue', client_id: 'a-venue', scope: 'verify', venue_kind: 'hospital', region: '410100' };
  return { ...client, jti: randomUUID(), iat, exp: iat + 300, ...more };
}

/** A venue's access token as a server signs it. Nothing is checked, so that tests can forge; undefined drops a claim. */
export async function venueToken({ entityId, signer }: Party, claims: JsonObject, header: JsonObject = {}) {
  const { alg, kid } = signer;
  const input = signingInput({ alg, kid, typ: 'at+jwt', ...header }, venueClaims({ iss: entityId, ...claims }));
  const signature = await signer.sign(new TextEncoder().encode(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

type ProofKeys = Awaited<ReturnType<typeof makeKey>>;

/** A proof of possession as a client signs it (RFC 9449). Nothing is checked, so that tests can forge; undefined drops a claim. */
export async function dpopProof(
  { signer, jwk }: ProofKeys,
  accessToken: string,
  claims: JsonObject,
  header: JsonObject = {},
): Promise<string> {
  const { kid: _kid, ...own } = jwk;
  const usual = {
    jti: randomUUID(),
    htm: 'POST',
    iat: Math.floor(Date.now() / 1000),
    ath: createHash('sha256').update(accessToken).digest('base64url'),
  };
  const input = signingInput({ typ: DPOP_PROOF_TYP, alg: signer.alg, jwk: own, ...header }, { ...usual, ...claims });
  const signature = await signer.sign(new TextEncoder().encode(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** A token whose signature is nobody's. */
export function forged(header: JsonObject, payload: JsonObject): string {
  return `${signingInput(header, payload)}.${Buffer.alloc(64).toString('base64url')}`;
}

function signingInput(header: JsonObject, payload: JsonObject): string {
  return [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}
