import { z } from 'zod';
import { machineSchema } from './result.ts';

const milliseconds = z.number();
const waySchema = z.strictObject({
  /** From asking until the request was written. */
  waited_p50_ms: milliseconds,
  waited_p99_ms: milliseconds,
  /** From when the question was due until its answer was there. */
  answered_p50_ms: milliseconds,
  answered_p99_ms: milliseconds,
  /** What a timer of three milliseconds was late by at the same time. */
  late_p50_ms: milliseconds,
  late_p99_ms: milliseconds,
  questions_per_request: z.number(),
  asked: z.int(),
  failed: z.int(),
});

/** What `bench --open-loop --json` prints: medians of the rounds. */
export const openLoopResultSchema = z.strictObject({
  machine: machineSchema,
  node: z.string(),
  /** How long the node takes for an answer. */
  answer_after_ms: milliseconds,
  rounds: z.int(),
  rates: z.array(
    z.strictObject({
      per_second: z.number(),
      alone: waySchema,
      together: waySchema,
      /** What travelling together adds, in the median round: to the wait, and to the time until the answer. */
      added_wait_p50_ms: milliseconds,
      added_wait_p99_ms: milliseconds,
      added_answer_p99_ms: milliseconds,
    }),
  ),
});
export type OpenLoopResult = z.infer<typeof openLoopResultSchema>;
