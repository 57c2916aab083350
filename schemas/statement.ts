import { z } from 'zod';
import { groundSchema, levelSchema, provinceCodeSchema, roleSchema } from './code-lists/index.ts';
import { entityIdSchema, flagSchema, instantSchema, numericDateSchema, statusSchema } from './status.ts';

/** One sign-off in the order the province's rule asks for. `signature` is a compact JWS by an agency below the province. */
export const approvalSchema = z
  .strictObject({
    level: levelSchema,
    role: roleSchema,
    action: z.enum(['sign', 'review', 'assign']),
    signature: z.string().max(4096).optional(),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof approvalSchema>;

/** Who assigned a status, how, and where it came from. The raw material of substantiation. */
export const assignmentSchema = z
  .strictObject({
    level: levelSchema.nullable(),
    role: roleSchema.nullable(),
    action: z.enum(['assign', 'convert', 'release']),
    kind: z.enum(['individual', 'batch']).nullable(),
    batch_size: z.int().min(1).max(1e9).nullable(),
    instrument: z.string().max(200).nullable(),
    evidence_filed: z.boolean(),
    approvals: z.array(approvalSchema).max(8),
    origin: z
      .strictObject({ province: provinceCodeSchema.nullable(), reference: z.string().max(512).nullable() })
      .nullable(),
  })
  .meta({ id: 'Assignment' });
export type Assignment = z.infer<typeof assignmentSchema>;

/**
 * The normalised claims that one local answer comes down to, whoever signs them. `status_as_of` is null only where the
 * province gave no time that could be read, and then the status is `indeterminate`.
 */
export const statusClaimsSchema = z
  .strictObject({
    status: statusSchema,
    status_as_of: instantSchema.nullable(),
    ground: z.array(groundSchema).max(8),
    provenance: assignmentSchema.nullable(),
    handle: z.string().min(1).max(256),
    flags: z.array(flagSchema).max(8),
  })
  .meta({ id: 'StatusClaims' });
export type StatusClaims = z.infer<typeof statusClaimsSchema>;

/** JWS `typ` of a status statement. */
export const STATEMENT_TYP = 'status-statement+sd-jwt';
/** Claims of a statement that are selectively disclosable and withheld from venues. */
export const DISCLOSABLE_CLAIMS = ['ground', 'provenance', 'handle', 'flags'] as const;

/** What anybody sees in a status statement (SD-JWT, RFC 9901) that is shown without its disclosures. */
export const statementPayloadSchema = z
  .strictObject({
    iss: entityIdSchema,
    iat: numericDateSchema,
    exp: numericDateSchema,
    status: statusSchema,
    status_as_of: instantSchema.nullable(),
    _sd: z.array(z.string().max(64)).min(4).max(16),
    _sd_alg: z.literal('sha-256'),
  })
  .meta({ id: 'StatementPayload' });
export type StatementPayload = z.infer<typeof statementPayloadSchema>;
