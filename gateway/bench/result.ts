import { z } from 'zod';

const figure = z.number().nonnegative();

/** The kind of machine; no name. `load_before`: processes that wanted a core in the minute before the benchmark began. */
export const machineSchema = z.strictObject({
  cpu: z.string(),
  cores: z.int(),
  memory_gb: figure,
  os: z.string(),
  load_before: figure,
});

const caseSchema = z.strictObject({
  name: z.string(),
  /** Operations a second: verifications, whether they come one by one or in a batch. */
  rps: figure,
  /** Of one request, as its client sees it; of one verification where there is no request. */
  p50_ms: figure,
  p99_ms: figure,
  /** Processor time of the servers under test, the node that they ask among them, without simulated systems and client. */
  cpu_us_per_op: figure,
  /** The issuer node's part of it; null where none is asked. */
  issuer_cpu_us_per_op: figure.nullable(),
  /** The same of the replayed provinces, which are no server under test; null where none is asked. */
  upstream_cpu_us_per_op: figure.nullable(),
  /** Before anybody looked at a clock. */
  warm_up_operations: z.int(),
  operations: z.int(),
  /** Replies other than the expected one, at most one in a hundred. */
  wrong: z.int(),
  /** Requests turned away because the machine was too busy. Not among the operations: many of them spoil the case. */
  shed: z.int(),
});
export type CaseResult = z.infer<typeof caseSchema>;

const logSchema = z.strictObject({
  /** `verify_s`: all of it, from entry 0, every hash, signature and decision. */
  sizes: z.array(z.strictObject({ entries: z.int(), prove_and_verify_us: figure, verify_s: figure })),
  append_us_per_entry: figure,
  start_without_snapshot_s: figure,
  start_from_snapshot_s: figure,
  total_s: figure,
});
export type LogFigures = z.infer<typeof logSchema>;

/** What `bench --json` prints. */
export const benchResultSchema = z.strictObject({
  machine: machineSchema,
  node: z.string(),
  settings: z.strictObject({
    seconds: figure,
    rounds: z.int(),
    connections: z.int(),
    batch_items: z.int(),
    provinces: z.array(z.string()),
  }),
  cases: z.array(caseSchema),
  /** Medians of paired ratios; ratios.ts says of what. */
  ratios: z.record(z.string(), figure),
  /** Of the same: between these lie half of the rounds. */
  quartiles: z.record(z.string(), z.tuple([figure, figure])),
  /** Of operations a second: more is better. */
  throughput_ratios: z.record(z.string(), figure),
  routing: z.strictObject({ ns_34: figure, ns_3400: figure }),
  log: logSchema.optional(),
  notes: z.array(z.string()),
  took_s: figure,
});
export type BenchResult = z.infer<typeof benchResultSchema>;
