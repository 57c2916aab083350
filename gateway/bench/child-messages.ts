import { z } from 'zod';
import { watchedSchema } from './observation.ts';

/** Bench to child: `start` once, then one question at a time. The end of the IPC channel is what stops a child. */
export const toChildSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), settings: z.unknown() }),
  z.strictObject({ type: z.literal('cpu') }),
  /** Watch this until `seen` is asked for, which answers with what was seen. */
  z.strictObject({ type: z.literal('watch'), what: watchedSchema }),
  z.strictObject({ type: z.literal('seen') }),
  /** What is left after a collection. */
  z.strictObject({ type: z.literal('memory') }),
  z.strictObject({ type: z.literal('job'), job: z.unknown() }),
]);
export type ToChild = z.infer<typeof toChildSchema>;

/** Child to bench: the answer to each. `microseconds` is the child's own user and system time since it began. */
export const fromChildSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), ready: z.unknown() }),
  z.strictObject({ type: z.literal('cpu'), microseconds: z.number() }),
  z.strictObject({ type: z.literal('done'), result: z.unknown() }),
  z.strictObject({ type: z.literal('failed'), reason: z.string() }),
]);
export type FromChild = z.infer<typeof fromChildSchema>;
