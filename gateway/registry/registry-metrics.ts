import { Gauge, type Registry } from 'prom-client';
import type { LiveRegistry } from './live-registry.ts';

/** `huren_log_size`, read at each scrape, and whether the log is still followed. */
export function openRegistryMetrics(metrics: Registry, registry: LiveRegistry): void {
  new Gauge({
    name: 'huren_log_size',
    help: 'Entries of the registry log that this instance has checked and follows',
    registers: [metrics],
    collect() {
      this.set(registry.folded().size);
    },
  });
  new Gauge({
    name: 'huren_log_fault',
    help: '1 when the log holds what could never have been accepted and is no longer followed',
    registers: [metrics],
    collect() {
      this.set(registry.fault === null ? 0 : 1);
    },
  });
}
