import { caseOf, scanCosts } from './capacity-costs.ts';
import type { CapacityFigures } from './capacity-figures.ts';
import { coresFor } from './projection.ts';
import { type Plot, plotSvg } from './svg-plot.ts';

export const NATIONWIDE_PER_SECOND = 100_000;
/** Of all scans, how many are answered from memory: what nobody knows beforehand, so all of it is drawn. */
export const REPEATED_SHARES = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95];

/** The plots of the page, by file name. */
export function capacityPlots(figures: CapacityFigures): ReadonlyMap<string, string> {
  const plots: Readonly<Record<string, Plot>> = {
    'capacity-systems.svg': systemsPlot(figures),
    'capacity-connections.svg': connectionsPlot(figures),
    'capacity-entries.svg': entriesPlot(figures),
    'capacity-log.svg': logPlot(figures),
    'capacity-surge.svg': surgePlot(figures),
    'capacity-stalls.svg': stallsPlot(figures),
    'capacity-instances.svg': instancesPlot(figures),
    'capacity-nation.svg': nationPlot(figures),
  };
  return new Map(Object.entries(plots).map(([file, plot]) => [file, plotSvg(plot)]));
}

function systemsPlot({ sweep, growth: { nations } }: CapacityFigures): Plot {
  const line = (name: string, value: (one: (typeof nations)[number]) => number) => ({
    name,
    points: nations.map((one) => ({ x: one.systems, y: value(one) })),
  });
  return {
    title: 'The registry by the number of systems (measured)',
    x: { label: 'systems of provinces, prefectures and counties', scale: 'log' },
    y: { label: 'ms or ns of processor time', scale: 'log' },
    series: [
      line('ms, no snapshot', ({ replay_ms }) => replay_ms),
      line('ms, a snapshot', ({ start_ms }) => start_ms),
      line('ms, one event', ({ change_ms }) => change_ms),
      { name: 'ns, a code', points: sweep.systems.map(({ systems, lookup_ns }) => ({ x: systems, y: lookup_ns })) },
    ],
  };
}

function surgePlot({ surge: { course } }: CapacityFigures): Plot {
  return {
    title: 'Ten times as many at once (measured)',
    x: { label: 'seconds', scale: 'linear' },
    y: { label: 'scans a second, ms', scale: 'log' },
    series: [
      { name: 'scans a second', points: course.map(({ at_s, per_s }) => ({ x: at_s, y: per_s })) },
      {
        name: 'p99 in ms, from when it was due',
        points: course.flatMap(({ at_s, p99_ms }) => (p99_ms === null ? [] : [{ x: at_s, y: p99_ms }])),
      },
    ],
  };
}

function stallsPlot({ surge: { loads } }: CapacityFigures): Plot {
  const line = (name: string, value: (one: (typeof loads)[number]) => number) => ({
    name,
    points: loads.map((one) => ({ x: one.share * 100, y: value(one) })),
  });
  return {
    title: 'How long one gateway keeps people waiting (measured)',
    x: { label: 'percent of what it bears', scale: 'linear' },
    y: { label: 'ms', scale: 'linear' },
    series: [
      line('answer, p99', ({ answered_p99_ms }) => answered_p99_ms),
      line('turn late, p99', ({ late_p99_ms }) => late_p99_ms),
      line('longest own turn', ({ own_max_ms }) => own_max_ms),
    ],
  };
}

function instancesPlot(figures: CapacityFigures): Plot {
  const cases = [caseOf(figures, 'repeat'), caseOf(figures, 'repeat-two-instances')];
  return {
    title: 'A repeated scan by the number of instances (measured)',
    x: { label: 'instances, on the same cores', scale: 'log' },
    y: { label: 'microseconds of processor time a scan', scale: 'linear' },
    series: [{ name: 'repeat', points: cases.map(({ cpu_us_per_op }, at) => ({ x: at + 1, y: cpu_us_per_op })) }],
  };
}

function connectionsPlot({ sweep }: CapacityFigures): Plot {
  return {
    title: 'A cold scan by the number of clients (measured)',
    x: { label: 'clients that ask at the same time', scale: 'log' },
    y: { label: 'microseconds of processor time a scan', scale: 'linear' },
    series: [{ name: 'cold', points: sweep.connections.map((one) => ({ x: one.connections, y: one.cpu_us_per_op })) }],
  };
}

function entriesPlot({ sweep }: CapacityFigures): Plot {
  return {
    title: 'A repeated scan by the number of remembered answers (measured)',
    x: { label: 'answers in memory', scale: 'linear' },
    y: { label: 'microseconds of processor time, megabytes', scale: 'linear' },
    series: [
      {
        name: 'us a repeated scan',
        points: sweep.entries.map((one) => ({ x: one.entries, y: one.cpu_us_per_repeat })),
      },
      { name: 'MB kept', points: sweep.entries.map((one) => ({ x: one.entries, y: one.kept_mb })) },
    ],
  };
}

function logPlot({ bench }: CapacityFigures): Plot {
  const sizes = bench.log?.sizes ?? [];
  return {
    title: 'The registry by the number of events (measured)',
    x: { label: 'events in the log', scale: 'log' },
    y: { label: 'seconds, microseconds', scale: 'log' },
    series: [
      { name: 's to verify all of it', points: sizes.map(({ entries, verify_s }) => ({ x: entries, y: verify_s })) },
      {
        name: 'us for one proof',
        points: sizes.map(({ entries, prove_and_verify_us }) => ({ x: entries, y: prove_and_verify_us })),
      },
    ],
  };
}

function nationPlot(figures: CapacityFigures): Plot {
  const costs = scanCosts(figures);
  const cores = REPEATED_SHARES.map((share) => ({ share, ...coresFor(NATIONWIDE_PER_SECOND, costs, share) }));
  const line = (name: string, value: (one: (typeof cores)[number]) => number) => ({
    name,
    isProjected: true,
    points: cores.map((one) => ({ x: one.share * 100, y: value(one) })),
  });
  return {
    title: 'Cores for 100,000 scans a second (projected)',
    x: { label: 'percent of scans that are answered from memory', scale: 'linear' },
    y: { label: 'cores of this machine', scale: 'linear' },
    series: [
      line('all', ({ all }) => all),
      line("venues' gateways", ({ destination }) => destination),
      line("provinces' nodes", ({ issuer }) => issuer),
    ],
  };
}
