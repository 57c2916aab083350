import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { NationError } from './nation-error.ts';
import type { Seat } from './plan.ts';

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 150;
const ANSWERS_WITHIN_MS = 3_000;

const readinessSchema = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

/** What a node says of itself; null where it does not answer. */
export async function readinessOf({ url }: Seat): Promise<z.infer<typeof readinessSchema> | null> {
  const reply = await getText(`${url}/readyz`);
  return reply === null ? null : (readinessSchema.safeParse(JSON.parse(reply)).data ?? null);
}

/** All metrics of a node as text; null where it does not answer. */
export async function metricsOf({ url }: Seat): Promise<string | null> {
  return await getText(`${url}/metrics`);
}

/** The sum of a metric over its labels; null where the node does not answer or has no such metric. */
export async function metricOf(seat: Seat, name: string): Promise<number | null> {
  const text = await metricsOf(seat);
  const lines = (text ?? '').split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.length === 0 ? null : lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Waits until a node is ready. Throws NationError `not_ready` with its reasons. */
export async function whenReady(seat: Seat, stopped: AbortSignal): Promise<void> {
  const isReady = async () => (await readinessOf(seat))?.ready === true;
  if (await becomesTrue(isReady, READY_WITHIN_MS, stopped)) return;
  const said = await readinessOf(seat);
  throw new NationError('not_ready', `${seat.name}: ${said === null ? 'no answer' : said.reasons.join(', ')}`);
}

/** Whether a condition holds within a time. */
export async function becomesTrue(
  holds: () => Promise<boolean>,
  withinMs: number,
  stopped?: AbortSignal,
): Promise<boolean> {
  const untilMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > untilMs || stopped?.aborted === true) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}

/** What a URL answers, as text; null where it does not. */
export async function getText(url: string): Promise<string | null> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    return await reply.text();
  } catch {
    return null;
  }
}
