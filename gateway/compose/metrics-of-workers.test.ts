import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Counter, Gauge, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { ROOT, sourceFiles } from '../test/import-graph.ts';
import { type MeteredProcess, MetricsOfWorkers } from './metrics-of-workers.ts';
import { fromWorkerSchema, type ToWorker } from './worker-messages.ts';

/** A process that answers at once, or not at all. */
class Played implements MeteredProcess {
  readonly heard: ToWorker[] = [];
  readonly registry = new Registry();
  readonly scans = new Counter({ name: 'scans', help: 'scans', labelNames: ['issuer'], registers: [this.registry] });
  readonly worst = new Gauge({ name: 'worst', help: 'worst', aggregator: 'max', registers: [this.registry] });
  answers = true;
  readonly #metrics: MetricsOfWorkers<Played>;

  constructor(metrics: MetricsOfWorkers<Played>) {
    this.#metrics = metrics;
    metrics.joined(this);
  }

  isConnected(): boolean {
    return true;
  }

  send(message: ToWorker): void {
    this.heard.push(message);
    if (message.type === 'metrics_wanted' && this.answers) void this.say(message.question);
  }

  async say(question: number | null): Promise<void> {
    const said = { type: 'metrics', question, metrics: await this.registry.getMetricsAsJSON() };
    this.#metrics.hear(this, fromWorkerSchema.parse(JSON.parse(JSON.stringify(said))));
  }
}

const sampleOf = (text: string, name: string) =>
  Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)?.[1]);

test('counters are not added up, or gauges are', async () => {
  const metrics = new MetricsOfWorkers<Played>();
  const [one, two] = [new Played(metrics), new Played(metrics)];
  one.scans.inc({ issuer: '410000' }, 3);
  two.scans.inc({ issuer: '410000' }, 4);
  one.worst.set(1);
  two.worst.set(2);
  const text = await metrics.text();
  expect([sampleOf(text, 'scans'), sampleOf(text, 'worst')]).toEqual([7, 2]);
});

test('what a process that has gone had counted is lost, or its gauge stays', async () => {
  const metrics = new MetricsOfWorkers<Played>();
  const [one, two] = [new Played(metrics), new Played(metrics)];
  one.scans.inc({ issuer: '410000' }, 3);
  one.worst.set(9);
  two.scans.inc({ issuer: '410000' }, 4);
  await one.say(null);
  await metrics.left(one);
  const text = await metrics.text();
  expect([sampleOf(text, 'scans'), sampleOf(text, 'worst')]).toEqual([7, 0]);
  expect(one.heard).toEqual([]);
});

test('processes that go at once lose what one of them had counted, or a scrape meanwhile does', async () => {
  const metrics = new MetricsOfWorkers<Played>();
  const [one, two, three] = [new Played(metrics), new Played(metrics), new Played(metrics)];
  one.scans.inc({ issuer: '410000' }, 3);
  two.scans.inc({ issuer: '410000' }, 4);
  three.scans.inc({ issuer: '410000' }, 5);
  await metrics.text();
  const left = [metrics.left(one), metrics.left(two)];
  expect(sampleOf(await metrics.text(), 'scans')).toBe(12);
  await Promise.all(left);
  expect(sampleOf(await metrics.text(), 'scans')).toBe(12);
});

test('a process that is too busy to answer counts as nothing, or is waited for without end', async () => {
  const metrics = new MetricsOfWorkers<Played>({ withinMs: 50 });
  const [one, two] = [new Played(metrics), new Played(metrics)];
  one.scans.inc({ issuer: '410000' }, 3);
  two.scans.inc({ issuer: '410000' }, 4);
  await metrics.text();
  one.answers = false;
  expect(sampleOf(await metrics.text(), 'scans')).toBe(7);
});

test('a gauge does not say what it is of several processes, and is added up', () => {
  const gauges = sourceFiles().flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/new Gauge\(\{(.*?)\n\s*\}\)/gs)].map(([, terms = '']) => [
      file,
      terms,
    ]),
  );
  expect(gauges.length).toBeGreaterThan(10);
  expect(gauges.filter(([, terms]) => terms?.includes('aggregator') !== true)).toEqual([]);
});
