import { Counter, Gauge, type Registry } from 'prom-client';
import type { NodeReport } from '../../schemas/coverage.ts';

/** Counts what came of nodes' reports. */
export function countReports(registry: Registry): (outcome: string) => void {
  const counter = new Counter({
    name: 'huren_coverage_reports_total',
    help: "Nodes' coverage reports, by what came of them",
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (outcome) => counter.inc({ outcome });
}

/** `huren_coverage_report_age_seconds{node}`, read at each scrape; a node that never reported has none. */
export function openReportAges(registry: Registry, read: () => Promise<readonly NodeReport[]>): void {
  new Gauge({
    name: 'huren_coverage_report_age_seconds',
    help: "Seconds since a node's last coverage report was made",
    labelNames: ['node'],
    aggregator: 'max',
    registers: [registry],
    async collect() {
      const reports = await read().catch(() => []);
      this.reset();
      for (const { node, age_s } of reports) if (age_s !== null) this.set({ node }, age_s);
    },
  });
}
