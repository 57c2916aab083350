import { z } from 'zod';
import { BenchError } from './bench-error.ts';

const targetSchema = z.strictObject({
  origin: z.url(),
  headers: z.record(z.string(), z.string()),
  bodies: z.array(z.string()).min(1),
});
export type LoadTarget = z.infer<typeof targetSchema>;

/** Travellers of one province who come to the first target at a fixed pace, whatever becomes of those before them. */
const arrivalsSchema = z.strictObject({
  bodies: z.array(z.string()),
  perSecond: z.number().positive(),
});

/** One closed-loop run: `connections` clients, dealt out to the targets in turn, each asking again once answered. */
export const loadJobSchema = z.strictObject({
  targets: z.array(targetSchema).min(1),
  path: z.string(),
  /** `once`: every body is sent one time, and the run ends with the last one or with the time. */
  order: z.enum(['once', 'round']),
  connections: z.int().positive(),
  durationMs: z.number().positive(),
  /** The run ends after so many requests as well. */
  most: z.int().positive().nullable(),
  /** Each good reply is a 200 that contains `text` exactly `times` times; null: any 200. */
  expect: z.strictObject({ text: z.string(), times: z.int().positive() }).nullable(),
  arrivals: arrivalsSchema.nullable(),
});
export type LoadJob = z.infer<typeof loadJobSchema>;

export const loadResultSchema = z.strictObject({
  /** Those that were answered. */
  requests: z.int(),
  elapsedMs: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** Turned away with 503 because the machine was too busy; in none of the other figures. */
  shed: z.int(),
  wrong: z.int(),
  /** The first wrong reply, shortened. */
  firstWrong: z.string().nullable(),
  /** What the side traffic got: answered at all, and answered as if nothing were wrong. */
  arrived: z.strictObject({ sent: z.int(), answered: z.int(), asExpected: z.int() }),
});
export type LoadResult = z.infer<typeof loadResultSchema>;

/** A rate of wrong answers is no result: one reply in a hundred may be lost to a busy machine, no more. */
export function requireRight(name: string, { requests, wrong, firstWrong, arrived }: LoadResult): void {
  if (requests === 0) throw new BenchError('wrong_replies', `${name}: not one reply in the time given`);
  if (wrong > requests / 100) {
    throw new BenchError(
      'wrong_replies',
      `${name}: ${wrong} of ${requests} replies were wrong, the first: ${firstWrong}`,
    );
  }
  if (arrived.asExpected > 0) throw new BenchError('wrong_replies', `${name}: a province that hangs has answered`);
}
