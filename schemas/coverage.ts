import { z } from 'zod';
import { provinceCodeSchema, reasonCodeSchema, venueKindSchema } from './code-lists/index.ts';
import { problemCodeSchema } from './problem.ts';
import { entityIdSchema, instantSchema } from './status.ts';

const countSchema = z.int().min(0);

/**
 * What can be odd about a province's yellow and red over the last hour, told from counts alone: not substantiated,
 * assigned by the batch, or changed within the hour.
 */
export const signalNameSchema = z.enum(['unsubstantiated', 'batch', 'flip', 'guessing']).meta({ id: 'SignalName' });
export type SignalName = z.infer<typeof signalNameSchema>;

/** `rate`: share of the last hour's presentations that could have shown it. `raised` follows a published rule. */
export const signalReadingSchema = z
  .strictObject({
    province: provinceCodeSchema,
    signal: signalNameSchema,
    rate: z.number().min(0).max(1),
    raised: z.boolean(),
  })
  .meta({ id: 'SignalReading' });
export type SignalReading = z.infer<typeof signalReadingSchema>;

/** One issuing province at one destination, over the window. `recognised`: a green presented and passed. */
export const coverageCellSchema = z
  .strictObject({
    issuer: provinceCodeSchema,
    destination: provinceCodeSchema,
    presented: countSchema,
    green: countSchema,
    recognised: countSchema,
    restricted: countSchema,
    referred: countSchema,
    indeterminate: countSchema,
    stale: countSchema,
    reasons: z.partialRecord(reasonCodeSchema, countSchema),
    p50_ms: z.number().min(0),
    p95_ms: z.number().min(0),
  })
  .meta({ id: 'CoverageCell' });
export type CoverageCell = z.infer<typeof coverageCellSchema>;

/** What coverage is handed out as: whole, or the matrix or the series as lines. */
export const coverageFormatSchema = z.enum(['json', 'csv', 'jsonl']).meta({ id: 'CoverageFormat' });
export type CoverageFormat = z.infer<typeof coverageFormatSchema>;

/** How far back coverage can be asked for. */
export const coverageWindowSchema = z.enum(['1h', '6h', '24h', '7d', '30d']).meta({ id: 'CoverageWindow' });
export type CoverageWindow = z.infer<typeof coverageWindowSchema>;
export const COVERAGE_WINDOW_MS = {
  '1h': 3_600_000,
  '6h': 6 * 3_600_000,
  '24h': 24 * 3_600_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
} as const satisfies Record<CoverageWindow, number>;

/** Certificates that one country's issuers signed, as a destination had them decided: what they came to. */
export const coverageCertificatesSchema = z
  .strictObject({
    issuer: provinceCodeSchema,
    country: z
      .string()
      .regex(/^(?:[A-Z]{2,3}|other|unknown)$/)
      .meta({
        description: 'as trust lists name it; other: an address; unknown: nobody whose signature counts made it',
      }),
    destination: provinceCodeSchema,
    valid: countSchema,
    invalid: countSchema,
    indeterminate: countSchema,
  })
  .meta({ id: 'CoverageCertificates' });
export type CoverageCertificates = z.infer<typeof coverageCertificatesSchema>;

/** Every destination's together, the country with the most first. */
export function certificatesByCountry(certificates: readonly CoverageCertificates[]) {
  const sums = new Map<string, { valid: number; invalid: number; indeterminate: number }>();
  for (const { country, valid, invalid, indeterminate } of certificates) {
    const sum = sums.get(country) ?? { valid: 0, invalid: 0, indeterminate: 0 };
    sums.set(country, sum);
    sum.valid += valid;
    sum.invalid += invalid;
    sum.indeterminate += indeterminate;
  }
  const totalOf = (country: string) => Object.values(sums.get(country) ?? {}).reduce((total, n) => total + n, 0);
  return [...sums]
    .map(([country, counts]) => ({ country, ...counts }))
    .sort((a, b) => totalOf(b.country) - totalOf(a.country));
}

const totalsSchema = coverageCellSchema.omit({
  issuer: true,
  destination: true,
  reasons: true,
  p50_ms: true,
  p95_ms: true,
});
export type CoverageTotals = z.infer<typeof totalsSchema>;
const rateSchema = z.number().min(0).max(1).nullable();

/**
 * What is wrong with a node's reports: `gap`: some were lost; `fork`: it made two of one number; `clock_off`: it reports
 * from the future; `stale`: one was too old; `unverified`: one was not signed by its keys; `invalid`: one was not as
 * documented; `foreign`: one counts what is not its own to count; `unreachable`: it could not be asked; `restarted`: its
 * numbering began anew.
 */
export const nodeFaultSchema = z.enum([
  'gap',
  'fork',
  'clock_off',
  'stale',
  'unverified',
  'invalid',
  'foreign',
  'unreachable',
  'restarted',
]);
export type NodeFault = z.infer<typeof nodeFaultSchema>;

const nodeReportSchema = z
  .strictObject({
    node: entityIdSchema,
    province: provinceCodeSchema.nullable(),
    role: z.enum(['gateway', 'issuer']),
    last_report: instantSchema.nullable().meta({ description: 'null: it never reported' }),
    age_s: z.int().min(0).nullable(),
    silent: z.boolean().meta({
      description:
        'its last report is older than a minute, or than seven seconds where it cannot be reached either; or there is none',
    }),
    faults: z.array(nodeFaultSchema),
  })
  .meta({ id: 'NodeReport' });
export type NodeReport = z.infer<typeof nodeReportSchema>;

/** What asks for somebody's attention. A page and an alert are keyed by these. */
export const attentionKindSchema = z
  .enum([
    'recognition_falling',
    'unsubstantiated',
    'batch',
    'flip',
    'guessing',
    'breaker_open',
    'node_silent',
    'node_fault',
    'mandate_lapsing',
    'deviation',
    'exception_lapsing',
    'approval_waiting',
    'key_lapsing',
    'registry_behind',
    'registry_forked',
  ])
  .meta({ id: 'AttentionKind' });
export type AttentionKind = z.infer<typeof attentionKindSchema>;

/**
 * One thing that asks for attention. `affected`: scans of the last day that it touches. The list is ordered by it, with
 * what touches them now before what will lapse, waits for a decision or is a published rule.
 * A node's `gap` and `restarted` are told for a day after they were seen, while its row keeps them.
 * `subject`: the node, mandate, key, rule or version that is meant. `since` and `until`: when it began, and when it lapses.
 */
export const attentionItemSchema = z
  .strictObject({
    kind: attentionKindSchema,
    province: provinceCodeSchema.nullable(),
    subject: z.string().max(512).nullable(),
    affected: countSchema,
    since: instantSchema.nullable(),
    until: instantSchema.nullable(),
    detail: z.string().max(512).nullable(),
  })
  .meta({ id: 'AttentionItem' });
export type AttentionItem = z.infer<typeof attentionItemSchema>;

/** GET /v1/coverage: the recognition matrix. What fewer than `suppressed_below` scans are behind is withheld. */
export const coverageSchema = z
  .strictObject({
    window: coverageWindowSchema,
    generated_at: instantSchema,
    provinces: z.array(
      z.strictObject({
        province: provinceCodeSchema,
        adapter: z.string(),
        state: z.enum(['active', 'suspended']),
        conformance: z
          .enum(['static', 'live'])
          .nullable()
          .meta({ description: 'how far the version in use was checked before it was used; null: no check is known' }),
        trial: z
          .strictObject({ version: z.string(), stage: z.enum(['shadow', 'canary']) })
          .nullable()
          .meta({ description: 'a newer version that is being tried beside it' }),
      }),
    ),
    cells: z.array(coverageCellSchema),
    totals: totalsSchema,
    recognition_rate: rateSchema,
    series: z
      .array(z.strictObject({ at: instantSchema, totals: totalsSchema, recognition_rate: rateSchema }))
      .exactOptional()
      .meta({ description: 'with `series=hour`: hour by hour, each at its beginning' }),
    deviations: z.array(z.strictObject({ province: provinceCodeSchema, stricter: countSchema })),
    signals: z.array(signalReadingSchema),
    nodes: z.array(nodeReportSchema),
    refused: z
      .partialRecord(problemCodeSchema, countSchema)
      .meta({ description: 'scans that got a problem in place of an answer, by problem' }),
    certificates: z.array(coverageCertificatesSchema).meta({
      description:
        'by the country of their issuer, as the nodes that decide them count; a country that few are of is withheld',
    }),
    attention: z.array(attentionItemSchema),
    suppressed: z.strictObject({ cells: countSchema }).meta({
      description: 'issuers at destinations of which nothing is shown yet, since too few scans are behind it',
    }),
    suppressed_below: countSchema,
  })
  .meta({ id: 'Coverage' });
export type Coverage = z.infer<typeof coverageSchema>;

/**
 * GET /v1/coverage/cells: the cells of a destination's table that scans reached, by issuer and kind of venue, and how many
 * reached none since nobody could tell their status. What another table would have made of them follows from these.
 */
export const coverageCellsSchema = z
  .strictObject({
    window: coverageWindowSchema,
    generated_at: instantSchema,
    destination: provinceCodeSchema,
    cells: z.array(
      z.strictObject({
        issuer: provinceCodeSchema,
        venue_kind: venueKindSchema,
        cell: z.string().max(96).meta({ description: 'status/provenance/assurance/live or stale/age/popup/limited' }),
        n: countSchema,
      }),
    ),
    undecided: countSchema,
    suppressed_below: countSchema,
  })
  .meta({ id: 'CoverageCells' });
export type CoverageCells = z.infer<typeof coverageCellsSchema>;
