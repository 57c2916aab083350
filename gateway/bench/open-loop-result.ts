import { z } from 'zod';
import { machineSchema } from './result.ts';

const milliseconds = z.number();
const waySchema = z.strictObject({
  /** From asking until the question was written, or until the signed token was there. */
  waited_p50_ms: milliseconds,
  waited_p99_ms: milliseconds,
  /** From when it was due to be asked until the answer was there. */
  answered_p50_ms: milliseconds,
  answered_p99_ms: milliseconds,
  /** What a timer of three milliseconds was late by at the same time. */
  late_p50_ms: milliseconds,
  late_p99_ms: milliseconds,
  /** Questions a request, or tokens a signature. */
  in_one: z.number(),
  asked: z.int(),
  failed: z.int(),
});

const rateSchema = z.strictObject({
  per_second: z.number(),
  alone: waySchema,
  together: waySchema,
  /** What being together adds, in the median round: to the wait, and to the time until the answer. */
  added_wait_p50_ms: milliseconds,
  added_wait_p99_ms: milliseconds,
  added_answer_p99_ms: milliseconds,
});

/** What `bench --open-loop --json` prints: medians of the rounds. */
export const openLoopResultSchema = z.strictObject({
  machine: machineSchema,
  node: z.string(),
  /** How long the node takes for an answer. */
  answer_after_ms: milliseconds,
  rounds: z.int(),
  questions: z.array(rateSchema),
  signatures: z.array(rateSchema),
});
export type OpenLoopResult = z.infer<typeof openLoopResultSchema>;
export type RateResult = OpenLoopResult['questions'][number];
