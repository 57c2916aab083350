import { z } from 'zod';

const figure = z.number();
const startSchema = z.strictObject({ first_ms: figure, again_ms: figure, resident_mb: figure });
const entrySchema = z.strictObject({ bytes_an_entry: figure, left_when_forgotten: figure });

/** A nation of so many systems. `entries`: of the log that registers them. `bytes_asked`: what a system takes whose breaker opened. */
const nationSchema = z.strictObject({
  systems: z.int(),
  entries: z.int(),
  replay_ms: figure,
  start_ms: figure,
  change_ms: figure,
  list_ms: figure,
  list_bytes: figure,
  breakers: z.strictObject({
    open: z.int(),
    idle_ms_a_second: figure,
    idle_without_ms_a_second: figure,
    bytes_a_system: figure,
    bytes_asked: figure,
  }),
});

/** What `npm run growth` prints. `_ms` are milliseconds of processor time. */
export const growthResultSchema = z.strictObject({
  /** From few systems to many. */
  nations: z.array(nationSchema).min(1),
  /** Among those of the largest. */
  routing_few_ns: figure,
  routing_few_of_all_ns: figure,
  routing_all_ns: figure,
  routing_ratio: figure,
  routing_cold_ratio: figure,
  starts: z.strictObject({ sandbox: startSchema, destination: startSchema }),
  cache: z.strictObject({ green: entrySchema, red: entrySchema, signed_red: entrySchema, long_id: entrySchema }),
});
export type GrowthResult = z.infer<typeof growthResultSchema>;
export type NationFigures = z.infer<typeof nationSchema>;
