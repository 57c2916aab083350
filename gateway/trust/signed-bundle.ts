import { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { ownMember } from '../../schemas/own-member.ts';
import { entityIdSchema, numericDateSchema } from '../../schemas/status.ts';
import { MAX_TRUST_BUNDLE_BYTES } from './bundle-bytes.ts';
import { keysWithHistory, metadataOf } from './chain-links.ts';
import { type Signer, signCompact } from './signer.ts';
import { keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import {
  RECOGNITION_GATEWAY,
  recognitionGatewayMetadataSchema,
  type TrustBundle,
  trustBundleSchema,
} from './trust-bundle.ts';
import { type TrustAnchor, validateChain } from './trust-chain.ts';
import { nullIfUntrusted, TrustError } from './trust-error.ts';

/** JWS `typ` of a trust bundle that a gateway has signed. */
export const TRUST_BUNDLE_TYP = 'trust-bundle+jwt';
/** How long a scanner without a network goes by what it has. */
export const TRUST_BUNDLE_LIFETIME_S = 86_400;
const OPTIONS = { maxBytes: MAX_TRUST_BUNDLE_BYTES, typ: TRUST_BUNDLE_TYP };

const claimsSchema = z
  .strictObject({ iss: entityIdSchema, iat: numericDateSchema, exp: numericDateSchema, bundle: trustBundleSchema })
  .refine(({ iat, exp }) => exp > iat && exp - iat <= TRUST_BUNDLE_LIFETIME_S, {
    error: 'exp must follow iat by a day at most',
  });

/** What a verified bundle is good for: whose gateway gave it, and from when until when. */
export interface CarriedTrust {
  readonly bundle: TrustBundle;
  readonly issuer: string;
  /** The province that the gateway answers for. */
  readonly province: ProvinceCode;
  readonly iatS: number;
  /** The bundle's own end, or its gateway's chain's where that is earlier. */
  readonly expS: number;
}

/** Signs a bundle for a day, with the key of the gateway's attestations. */
export function signTrustBundle(
  { issuer, bundle, nowS }: { readonly issuer: string; readonly bundle: TrustBundle; readonly nowS: number },
  signer: Signer,
): Promise<string> {
  const claims = { iss: issuer, iat: nowS, exp: nowS + TRUST_BUNDLE_LIFETIME_S, bundle };
  return signCompact({ typ: TRUST_BUNDLE_TYP }, claims, signer);
}

/** What a bundle says, whoever signed it: to be shown beside what is trusted, and never believed. Null: it says nothing. */
export function unverifiedBundle(token: string): TrustBundle | null {
  try {
    return claimsSchema.safeParse(parseCompact(token, OPTIONS).payload).data?.bundle ?? null;
  } catch (error) {
    return nullIfUntrusted(error);
  }
}

/**
 * Verifies a bundle up to the anchor: the one that is pinned, or on the very first time the one that the bundle names
 * (`pinned` null), since whoever serves the verifier's own code could name any. Its gateway has to be one that the anchor's
 * chain vouches for, and the bundle of this time. Throws TrustError.
 */
export async function verifyTrustBundle(
  token: string,
  { pinned, atS }: { readonly pinned: TrustAnchor | null; readonly atS: number },
): Promise<CarriedTrust> {
  const parsed = claimsSchema.safeParse(parseCompact(token, OPTIONS).payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the bundle has not the documented claims');
  const { iss, iat, exp, bundle } = parsed.data;
  // First of all: a clock that is off would make every chain in it look wrong.
  requireTimely('bundle', { iat, exp }, atS);
  const anchor = pinned ?? { entity_id: bundle.entity_id, jwks: bundle.jwks };
  if (bundle.entity_id !== anchor.entity_id) throw new TrustError('anchor_unknown', 'the bundle is of another anchor');
  const gateway = await validateChain(ownMember(bundle.chains, iss) ?? [], anchor, atS);
  if (gateway.entityId !== iss) throw new TrustError('subject_mismatch', 'the chain is for another entity');
  const { jwks, province } = metadataOf(gateway, RECOGNITION_GATEWAY, recognitionGatewayMetadataSchema);
  const historicalKeysOf = (entityId: string) => ownMember(bundle.historical_keys, entityId) ?? null;
  const chainOf = () => [];
  const keys = await keysWithHistory(gateway, jwks, { anchor, chainOf, historicalKeysOf, atS });
  await verifyCompact(token, keysOf(keys, atS), OPTIONS);
  return { bundle, issuer: iss, province, iatS: iat, expS: Math.min(exp, gateway.expS) };
}
