import { Counter, Gauge, type Registry as MetricsRegistry } from 'prom-client';
import type { ComparisonOutcome } from './compare-logs.ts';
import type { Registry } from './registry.ts';

/** What the registry is like here, read at each scrape. */
export function registerRegistryMetrics(metrics: MetricsRegistry, registry: Registry): void {
  // Of several processes the one that is worst off speaks for all; the log is as long as the first one has it.
  const gauge = (name: string, aggregator: 'max' | 'min', help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      aggregator,
      registers: [metrics],
      collect() {
        this.set(read());
      },
    });
  gauge('huren_log_size', 'max', 'Entries of the registry log that this instance has checked and follows', () => {
    return registry.folded().size;
  });
  gauge(
    'huren_log_fault',
    'max',
    '1 when the log is not what it should be and its last good state stays in use',
    () => {
      return registry.fault === null ? 0 : 1;
    },
  );
  gauge('huren_log_audited', 'min', '1 when every entry has been hashed and decided again since the start', () => {
    return registry.audited ? 1 : 0;
  });
  gauge('huren_registry_lag_seconds', 'max', 'Seconds since the registry last confirmed this state', () => {
    return registry.behindS();
  });
}

/** Counts what came of comparing the log followed here with the one that others follow. */
export function countComparisons(metrics: MetricsRegistry): (outcome: ComparisonOutcome) => void {
  const counter = new Counter({
    name: 'huren_log_comparisons_total',
    help: 'Comparisons of the log followed here with the one that another node follows, by outcome',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  return (outcome) => counter.inc({ outcome });
}
