import { z } from 'zod';
import { parseCompact } from './strict-jws.ts';
import { MAX_CHAIN_STATEMENTS } from './trust-chain.ts';
import { TrustError } from './trust-error.ts';

/** JWS `typ` of a resolve response (OpenID Federation 1.0 section 8.3.2). */
export const RESOLVE_RESPONSE_TYP = 'resolve-response+jwt';
const OPTIONS = { maxBytes: 65_536, typ: RESOLVE_RESPONSE_TYP };
const claimsSchema = z.object({ trust_chain: z.array(z.string()).min(1).max(MAX_CHAIN_STATEMENTS) });

/**
 * The trust chain in a resolve response. It proves itself, so that who handed it over, and the response's own signature,
 * do not matter. Throws TrustError.
 */
export function chainInResponse(response: string): readonly string[] {
  const parsed = claimsSchema.safeParse(parseCompact(response, OPTIONS).payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'a resolve response has not the documented claims');
  return parsed.data.trust_chain;
}
