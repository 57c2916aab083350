import { z } from 'zod';
import { readyMessageSchema } from '../../adapters/sandbox/protocol.ts';

/** What a worker hears, once: the simulated provinces where there are any. */
export const startWorkerSchema = z.strictObject({ type: z.literal('start'), provinces: readyMessageSchema.nullable() });
export type StartWorker = z.infer<typeof startWorkerSchema>;

/** What a worker says, once. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), url: z.url() }),
  z.strictObject({ type: z.literal('failed'), reason: z.string() }),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
