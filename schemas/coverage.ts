import { z } from 'zod';
import { provinceCodeSchema, reasonCodeSchema } from './code-lists/index.ts';
import { instantSchema } from './status.ts';

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

/** GET /v1/coverage: the recognition matrix. Cells below `suppressed_below` presentations are withheld. */
export const coverageSchema = z
  .strictObject({
    window: z.string(),
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
      }),
    ),
    cells: z.array(coverageCellSchema),
    totals: coverageCellSchema.omit({ issuer: true, destination: true, reasons: true, p50_ms: true, p95_ms: true }),
    recognition_rate: z.number().min(0).max(1).nullable(),
    deviations: z.array(z.strictObject({ province: provinceCodeSchema, stricter: countSchema })),
    signals: z.array(signalReadingSchema),
    suppressed_below: countSchema,
  })
  .meta({ id: 'Coverage' });
export type Coverage = z.infer<typeof coverageSchema>;
