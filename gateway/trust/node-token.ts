import {
  MAX_NODE_TOKEN_LENGTH,
  NODE_TOKEN_LIFETIME_S,
  NODE_TOKEN_TYP,
  type NodeTokenClaims,
  nodeTokenClaimsSchema,
} from '../../schemas/statement-exchange.ts';
import type { JwkSet } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import { keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import { TrustError } from './trust-error.ts';

const OPTIONS = { maxBytes: MAX_NODE_TOKEN_LENGTH, typ: NODE_TOKEN_TYP };

/** Signs what a gateway proves itself with to one issuer, with the key of its attestations. */
export function signNodeToken(claims: NodeTokenClaims, signer: Signer): Promise<string> {
  return signCompact({ typ: NODE_TOKEN_TYP }, claims, signer);
}

/** Which gateway a token claims to be from and which issuer it is for: good only for finding the keys. Throws TrustError. */
export function claimedAsker(token: string): Pick<NodeTokenClaims, 'iss' | 'aud'> {
  const parsed = nodeTokenClaimsSchema.safeParse(parseCompact(token, OPTIONS).payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the token has not the documented claims');
  return parsed.data;
}

/** Verifies a node token with the attestation keys of the gateway that it names. Throws TrustError. */
export async function verifyNodeToken(token: string, keys: JwkSet, atS: number): Promise<NodeTokenClaims> {
  const { payload } = await verifyCompact(token, keysOf(keys, atS), OPTIONS);
  const parsed = nodeTokenClaimsSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the token has not the documented claims');
  const { iat, exp } = parsed.data;
  if (exp <= iat || exp - iat > NODE_TOKEN_LIFETIME_S)
    throw new TrustError('claims_invalid', 'the token lives too long');
  requireTimely('token', parsed.data, atS);
  return parsed.data;
}
