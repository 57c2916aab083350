import { z } from 'zod';

/**
 * What can be watched in a process while it works, one thing at a time, since watching costs: where its time goes, what it
 * makes that has to be collected again, and what it asks of node's event loop.
 */
export const watchedSchema = z.enum(['time', 'garbage', 'calls', 'stalls']);
export type Watched = z.infer<typeof watchedSchema>;

const count = z.number().nonnegative();
const shareSchema = z.strictObject({ name: z.string(), share: z.number().min(0).max(1) });

/** Shares of the time in which the process was busy. `functions`: by themselves, without what they call. */
export const timeSchema = z.strictObject({
  parts: z.array(shareSchema),
  functions: z.array(shareSchema),
});
export type TimeShares = z.infer<typeof timeSchema>;

/** `bytes`: what collections freed, on the heap and outside it. `pausedMs`: how long they took. */
export const garbageSchema = z.strictObject({ bytes: count, collections: z.int(), pausedMs: count });

/** Resources as async_hooks counts them: each `await` makes a promise of its own while somebody counts. */
export const callsSchema = z.strictObject({
  promises: z.int(),
  timers: z.int(),
  ticks: z.int(),
  others: z.record(z.string(), z.int()),
});

/**
 * How long this process's main thread was kept from its next turn, in milliseconds: `late` by the clock on the wall, `busy` by the
 * thread's own processor time. What is late and not busy was not scheduled: the machine's doing; `own_max_ms` is the busiest turn
 * that was scheduled all the time. `collection_max_ms`: the longest collection, which is busy too.
 */
export const stallsSchema = z.strictObject({
  turns: z.int(),
  late_p99_ms: count,
  late_max_ms: count,
  busy_p99_ms: count,
  busy_max_ms: count,
  own_max_ms: count,
  collection_max_ms: count,
});
export type Stalls = z.infer<typeof stallsSchema>;
