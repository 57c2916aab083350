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

const scenarioNameSchema = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

/**
 * A question and its answer as the system's own documentation shows them: the token that is asked about at that time, the
 * path and what else has to stand in the question (its code, its members; forms as they read when decoded), and the reply
 * byte for byte.
 */
const exchangeSchema = z.strictObject({
  scenario: scenarioNameSchema,
  token: z.string().min(1).max(2048),
  at: z.iso.datetime({ offset: true }),
  request: z.strictObject({
    path: z.string().startsWith('/').max(500),
    has: z.array(z.string().min(1).max(500)).min(1).max(16),
  }),
  reply: z.strictObject({
    status: z.int().min(200).max(599),
    content_type: z.string().max(100).default('application/json'),
    body: z.string().max(20_000),
  }),
});
export type DocumentedExchange = z.infer<typeof exchangeSchema>;

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
    exchanges: z.array(exchangeSchema).max(8).optional(),
    code_template: z.string().min(4).max(2048),
    scenarios: z
      .array(
        z.strictObject({
          scenario: scenarioNameSchema,
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
