import { z } from 'zod';
import { provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { entityIdSchema } from './entity-claims.ts';
import { jwkSetSchema } from './public-key.ts';

/**
 * What a verifier takes along: the national trust anchor's identifier and federation keys, which it takes on trust,
 * and trust chains by entity, which it checks. An anchor file is a bundle without chains.
 */
export const trustBundleSchema = z.object({
  entity_id: entityIdSchema,
  jwks: jwkSetSchema,
  chains: z.record(z.string(), z.array(z.string().max(65_536)).min(1).max(8)).default({}),
});
export type TrustBundle = z.infer<typeof trustBundleSchema>;

/** Entity type of a gateway: the keys that its attestations are signed with. */
export const RECOGNITION_GATEWAY = 'recognition_gateway';
export const recognitionGatewayMetadataSchema = z.object({ jwks: jwkSetSchema });

/** Entity type of a province: which one it is, and the keys that its status statements are signed with. */
export const STATUS_ISSUER = 'status_issuer';
export const statusIssuerMetadataSchema = z.object({ province: provinceCodeSchema, jwks: jwkSetSchema });
