import { Gauge, type Registry } from 'prom-client';
import type { Readiness } from '../../schemas/readiness.ts';

/**
 * What `/readyz` says, for an alert: `huren_ready` is 0 where it answers 503, `huren_not_ready{reason}` is 1 for each reason
 * that stands, and `huren_mandates_end_seconds` the time until the last mandate ends.
 */
export function registerReadinessMetrics(registry: Registry, readiness: () => Readiness, nowMs: () => number): void {
  new Gauge({
    name: 'huren_ready',
    help: '1 while this node is ready, whichever its roles, and 0 while it is not',
    // One process of several that is not ready is sent requests all the same.
    aggregator: 'min',
    registers: [registry],
    collect() {
      this.set(readiness().ready ? 1 : 0);
    },
  });
  new Gauge({
    name: 'huren_not_ready',
    help: '1 for each reason why this node should not be relied on, or is relied on only for a time',
    labelNames: ['reason'],
    aggregator: 'max',
    registers: [registry],
    collect() {
      this.reset();
      for (const reason of readiness().reasons) this.set({ reason }, 1);
    },
  });
  new Gauge({
    name: 'huren_mandates_end_seconds',
    help: 'Seconds until the last mandate in force ends; -1 where none is in force',
    // Workers follow one log: what the one that is furthest says is true of all.
    aggregator: 'max',
    registers: [registry],
    collect() {
      const { state, lastEndsMs } = readiness().mandates;
      this.set(state === 'active' && lastEndsMs !== null ? (lastEndsMs - nowMs()) / 1000 : -1);
    },
  });
}
