import { z } from 'zod';
import { groundSchema, levelSchema, roleSchema } from './code-lists/index.ts';

/** A body entitled to act: a level, and the roles at that level (empty: any role). */
export const entitledBodySchema = z
  .strictObject({ level: levelSchema, roles: z.array(roleSchema).max(10) })
  .meta({ id: 'EntitledBody' });

/** One approval that a rule asks for, in the order of the array that holds it. */
export const requiredApprovalSchema = z
  .strictObject({ level: levelSchema, role: roleSchema, action: z.enum(['sign', 'review', 'assign']) })
  .meta({ id: 'RequiredApproval' });

/**
 * A province's published rule on who may assign, convert and release, as data. `approvals_signed` asks that every
 * approval carries a signature by an agency key below the province; `batch` names who takes batches of `threshold`
 * people and more.
 */
export const authorityModelSchema = z
  .strictObject({
    source: z.string().min(1).max(300),
    may_assign: z.array(entitledBodySchema).min(1).max(12),
    may_convert: z.array(entitledBodySchema).min(1).max(12),
    may_release: z.array(entitledBodySchema).max(12),
    approvals: z.array(requiredApprovalSchema).max(6),
    approvals_signed: z.boolean(),
    batch: z.strictObject({ threshold: z.int().min(2).max(1e6), taken_by: entitledBodySchema }).nullable(),
    evidence_from_levels: z.array(levelSchema).max(6),
    foreign_conversion: z.enum(['original_assigner', 'any_entitled']),
    instrument_required: z.boolean(),
    grounds: z.array(groundSchema).min(1).max(16),
  })
  .meta({ id: 'AuthorityModel' });
export type AuthorityModel = z.infer<typeof authorityModelSchema>;
export type EntitledBody = z.infer<typeof entitledBodySchema>;
export type RequiredApproval = z.infer<typeof requiredApprovalSchema>;
