import type { Registry } from 'prom-client';
import { z } from 'zod';

/** A metric as prom-client gives it, which it adds up itself. */
export type WorkerMetric = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number];
const formSchema = z.looseObject({ name: z.string(), type: z.string(), values: z.array(z.unknown()) });
const metricSchema = z.custom<WorkerMetric>((value) => formSchema.safeParse(value).success);

/** What a worker hears first, once: what its parent hands to every worker, and whether another one goes for it. */
export const startWorkerSchema = z.strictObject({
  type: z.literal('start'),
  payload: z.unknown(),
  replaces: z.boolean(),
});
export type StartWorker = z.infer<typeof startWorkerSchema>;

/** What a worker says first, once. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), url: z.url() }),
  z.strictObject({ type: z.literal('failed'), reason: z.string() }),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

/** What a worker hears later: its metrics are wanted, or here are those of all. */
export const toWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('metrics_wanted'), question: z.int() }),
  z.strictObject({ type: z.literal('metrics_of_all'), question: z.int(), text: z.string() }),
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;

/** What a worker says later: its metrics, with no question as its last word; or it was asked for those of all. */
export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('metrics'), question: z.int().nullable(), metrics: z.array(metricSchema) }),
  z.strictObject({ type: z.literal('metrics_of_all_wanted'), question: z.int() }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;
