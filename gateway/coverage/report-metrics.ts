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

/** Counts what was left out of reports that were counted, by the node that made it up, or counts by a newer version. */
export function countLeftOut(registry: Registry): (node: string, counters: number) => void {
  const counter = new Counter({
    name: 'huren_coverage_counters_left_out_total',
    help: "Counters of nodes' coverage reports that are none, or of minutes long over: they are kept nowhere",
    labelNames: ['node'],
    registers: [registry],
  });
  return (node, counters) => counter.inc({ node }, counters);
}

/**
 * `huren_coverage_report_age_seconds{node}`, which a node that never reported does not have, and
 * `huren_coverage_node_silent{node}`, which it has. Both are read at each scrape; workers that share a store say the same.
 */
export function registerReportGauges(registry: Registry, read: () => Promise<readonly NodeReport[]>): void {
  const gauge = (name: string, help: string, value: (report: NodeReport) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames: ['node'],
      registers: [registry],
      aggregator: 'max',
      async collect() {
        const reports = await read().catch(() => []);
        this.reset();
        for (const report of reports) {
          const of = value(report);
          if (of !== null) this.set({ node: report.node }, of);
        }
      },
    });
  const silent = '1 for a node that does not report what it counts, also for one that never did';
  gauge(
    'huren_coverage_report_age_seconds',
    "Seconds since a node's last coverage report was made",
    ({ age_s: ageS }) => ageS,
  );
  gauge('huren_coverage_node_silent', silent, ({ silent: isSilent }) => Number(isSilent));
}
