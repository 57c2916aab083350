import { Gauge, type Registry as MetricsRegistry } from 'prom-client';
import type { Registry } from './registry.ts';

/** What the registry is like here, read at each scrape. */
export function openRegistryMetrics(metrics: MetricsRegistry, registry: Registry): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [metrics],
      collect() {
        this.set(read());
      },
    });
  gauge('huren_log_size', 'Entries of the registry log that this instance has checked and follows', () => {
    return registry.folded().size;
  });
  gauge('huren_log_fault', '1 when the log is not what it should be and its last good state stays in use', () => {
    return registry.fault === null ? 0 : 1;
  });
  gauge('huren_log_audited', '1 when every entry has been hashed and decided again since the start', () => {
    return registry.audited ? 1 : 0;
  });
  gauge('huren_registry_lag_seconds', 'Seconds since the registry last confirmed this state', () => {
    return registry.behindS();
  });
}
