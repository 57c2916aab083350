import { z } from 'zod';
import { machineSchema } from './result.ts';

const figure = z.number().nonnegative();

/** What `bench --sweep --json` prints: how the gateway's cost goes with how much there is of something. */
export const sweepResultSchema = z.strictObject({
  machine: machineSchema,
  node: z.string(),
  /** Of cold scans. */
  connections: z.array(
    z.strictObject({ connections: z.int(), rps: figure, p50_ms: figure, p99_ms: figure, cpu_us_per_op: figure }),
  ),
  /** Answers that one process remembers: what it keeps after a collection, and what a repeated scan costs then. */
  entries: z.array(z.strictObject({ entries: z.int(), kept_mb: figure, cpu_us_per_repeat: figure })),
  bytes_per_entry: figure,
  /** Finding a code's system among so many. */
  systems: z.array(z.strictObject({ systems: z.int(), lookup_ns: figure })),
});
export type SweepResult = z.infer<typeof sweepResultSchema>;
