import { z } from 'zod';

/** What a worker hears, once: what its parent hands to every worker. */
export const startWorkerSchema = z.strictObject({ type: z.literal('start'), payload: z.unknown() });
export type StartWorker = z.infer<typeof startWorkerSchema>;

/** What a worker says, once. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), url: z.url() }),
  z.strictObject({ type: z.literal('failed'), reason: z.string() }),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
