import { z } from 'zod';
import { ATTESTATION_RULES } from './code-lists/attestation-rules.ts';
import { provinceCodeSchema, reasonCodeSchema } from './code-lists/index.ts';
import {
  assuranceSchema,
  decisionSchema,
  entityIdSchema,
  instantSchema,
  numericDateSchema,
  provenanceSchema,
  statusSchema,
} from './status.ts';

/** JWS `typ` of a recognition attestation. */
export const ATTESTATION_TYP = 'recognition-attestation+jwt';
/** `exp` - `iat` never exceeds this. */
export const ATTESTATION_LIFETIME_S = 300;

/**
 * Claims of a recognition attestation. `evidence` is base64url(SHA-256) over the members of the evidence array joined
 * by "."; it is absent for `transport`. `withheld` says that the statement behind it goes to auditors only. What its
 * members may say together is a rule of its own (`x-rules`), which this form alone does not hold.
 */
export const attestationClaimsSchema = z
  .strictObject({
    iss: entityIdSchema,
    aud: z.string().min(1).max(256),
    iat: numericDateSchema,
    exp: numericDateSchema,
    jti: z.string().min(16).max(64),
    nonce: z.string().min(1).max(128).optional(),
    issuer_province: provinceCodeSchema,
    destination: provinceCodeSchema,
    status: statusSchema,
    decision: decisionSchema,
    reasons: z.array(reasonCodeSchema).min(1).max(8),
    status_as_of: instantSchema.nullable(),
    stale: z.boolean(),
    provenance: provenanceSchema.nullable(),
    assurance: assuranceSchema,
    mandate: z.string().min(1).max(128),
    policy: z.string().min(1).max(128),
    adapter: z.string().min(1).max(128),
    evidence: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/)
      .optional(),
    withheld: z.literal(true).optional(),
  })
  .meta({
    id: 'AttestationClaims',
    'x-rules': Object.entries(ATTESTATION_RULES).map(([code, { en }]) => `${code}: ${en}`),
  });
export type AttestationClaims = z.infer<typeof attestationClaimsSchema>;
