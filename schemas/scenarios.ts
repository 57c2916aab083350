import { z } from 'zod';
import { reasonCodeSchema } from './code-lists/index.ts';
import { localScalarSchema, pointerSchema } from './driver-exchange.ts';
import { problemCodeSchema } from './problem.ts';
import { decisionSchema, statusSchema } from './status.ts';

/** Any JSON value, as a system's own record is. */
export const jsonValueSchema = z.json();
export type JsonValue = z.infer<typeof jsonValueSchema>;

const expectedSchema = z.union([
  z.strictObject({ status: statusSchema, decision: decisionSchema, reason: reasonCodeSchema.optional() }),
  z.strictObject({ problem: problemCodeSchema }),
]);

/**
 * `fixtures/scenarios.json` of an adapter: what the system documents (every value of every mapped member), how the
 * sandbox mints a code of its shape (`{hex32}`-style placeholders), and records with the answer they must lead to.
 * `as_of_age_s` has the sandbox write the as-of member that many seconds before it answers.
 */
export const scenariosSchema = z
  .strictObject({
    documented: z
      .array(z.strictObject({ at: pointerSchema, values: z.array(localScalarSchema).min(1).max(400) }))
      .max(32),
    code_template: z.string().min(4).max(2048),
    scenarios: z
      .array(
        z.strictObject({
          scenario: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
          shows: z.string().max(100).optional().meta({ description: 'what the holder sees' }),
          answer: z.enum(['record', 'expired', 'unknown']).default('record'),
          record: jsonValueSchema.optional(),
          as_of_age_s: z
            .int()
            .min(0)
            .max(366 * 86_400)
            .optional(),
          expected: expectedSchema,
        }),
      )
      .min(3)
      .max(40),
  })
  .meta({ id: 'Scenarios' });
export type Scenarios = z.infer<typeof scenariosSchema>;
export type Scenario = Scenarios['scenarios'][number];
