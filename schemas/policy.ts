import { z } from 'zod';
import { localisedTextSchema, provinceCodeSchema, venueKindSchema } from './code-lists/index.ts';
import { assuranceSchema, decisionSchema, instantSchema } from './status.ts';

/** The colours a table speaks about. `indeterminate` never reaches a table: it is `refer` by rule. */
export const tableStatusSchema = z.enum(['green', 'yellow', 'red']).meta({ id: 'TableStatus' });
export type TableStatus = z.infer<typeof tableStatusSchema>;

/** Substantiation as a table sees it. `none`: not needed (green), silent or in breach; a non-green then never restricts. */
export const tableProvenanceSchema = z.enum(['signed', 'stated', 'none']).meta({ id: 'TableProvenance' });
export type TableProvenance = z.infer<typeof tableProvenanceSchema>;

/**
 * Age of the status measured by the issuing province's own published validity L for that status: `fresh` up to L/2,
 * `aging` up to L, `too_old` beyond. Where the province publishes no limit: `fresh` up to 24 hours, `aging` up to the national
 * limit of 30 days, `too_old` beyond.
 */
export const ageBandSchema = z.enum(['fresh', 'aging', 'too_old']).meta({ id: 'AgeBand' });
export type AgeBand = z.infer<typeof ageBandSchema>;

/**
 * Reasons a row may give. The others are facts that the gateway derives itself, so that no table can tell a venue
 * that somebody is red or that all is well.
 */
export const rowReasonSchema = z
  .literal(['too_old', 'stale_used', 'popup', 'assurance_too_low', 'no_national_meaning', 'policy_exception'])
  .meta({ id: 'RowReason' });

/** Conditions of a row: the values it takes in each dimension; a dimension left out takes all. */
export const rowConditionSchema = z
  .strictObject({
    venue_kind: z.array(venueKindSchema).min(1).max(32).optional(),
    status: z.array(tableStatusSchema).min(1).max(3).optional(),
    provenance: z.array(tableProvenanceSchema).min(1).max(3).optional(),
    assurance: z.array(assuranceSchema).min(1).max(3).optional(),
    stale: z.array(z.boolean()).min(1).max(2).optional(),
    age_band: z.array(ageBandSchema).min(1).max(3).optional(),
    popup: z.array(z.boolean()).min(1).max(2).optional(),
    limited_movement: z.array(z.boolean()).min(1).max(2).optional(),
  })
  .meta({ id: 'RowCondition' });
export type RowCondition = z.infer<typeof rowConditionSchema>;

/**
 * What a stricter rule owes the public: the legal basis, when it was reported (exceptions had to be reported before
 * they applied, January 2021) and when it ends (exclusive). The row applies from the policy's `effective_from` and
 * lapses by itself.
 */
export const policyExceptionSchema = z
  .strictObject({
    basis: z.strictObject({ title: localisedTextSchema, citation: z.string().min(1).max(300) }),
    reported_at: instantSchema,
    ends_at: instantSchema,
  })
  .meta({ id: 'PolicyException' });
export type PolicyException = z.infer<typeof policyExceptionSchema>;

export const policyRowSchema = z
  .strictObject({
    when: rowConditionSchema,
    decision: decisionSchema,
    reason: rowReasonSchema.optional(),
    exception: policyExceptionSchema.optional(),
  })
  .meta({ id: 'PolicyRow' });
export type PolicyRow = z.infer<typeof policyRowSchema>;

/** A destination's decision table: the first row that matches decides. 000000 is the national baseline's own. */
export const policySchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      .max(80),
    destination: provinceCodeSchema,
    version: z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/),
    title: localisedTextSchema,
    effective_from: instantSchema,
    rows: z.array(policyRowSchema).min(1).max(64),
  })
  .meta({ id: 'Policy' });
export type Policy = z.infer<typeof policySchema>;

/** Why a policy is refused. Every one is a fault of the table itself, found before it is activated. */
export const POLICY_REFUSALS = {
  uncovered_cells: {
    zh: '决策表不完整（或例外到期后不完整）',
    en: 'The table does not decide every case, or not once its exceptions have ended',
  },
  unreachable_row: { zh: '该行永远不会被用到', en: 'This row can never decide anything' },
  impossible_decision: {
    zh: '该行给出的结论不被允许',
    en: 'This row decides what no table may: a pass only follows a green in date, a restriction a substantiated colour',
  },
  stricter_without_basis: {
    zh: '严于国家基准而未注明依据、报告日期和截止日期',
    en: 'Stricter than the national baseline without a basis, a report date and an end date',
  },
  reported_late: { zh: '例外须先报告后施行', en: 'The exception was not reported before it takes effect' },
  exception_already_over: { zh: '例外在生效前即已截止', en: 'The exception ends before the policy takes effect' },
  looser_than_minimum: { zh: '宽于国家最低要求', en: 'Looser than the national minimum' },
} as const;
export type PolicyRefusalCode = keyof typeof POLICY_REFUSALS;
