import { type Coverage, coverageSchema } from '../../../../schemas/coverage.ts';
import { type Nation, type RunningProvince, someOf } from '../nation.ts';
import { becomesTrue, getText } from '../questions.ts';
import { type Drill, must } from './drill.ts';
import { faultOf } from './scanning.ts';

const SCANS_EACH = 10;
const SHOWN_WITHIN_MS = 60_000;

/**
 * What a gateway counted reaches the monitor exactly once: while both run, while the monitor is dead, and over a restart of
 * the gateway. Every node reports, and nothing is wrong with any report.
 */
export const COVERAGE_ADDS_UP: Drill = {
  name: 'coverage_adds_up',
  run: async (nation) => {
    const [issuer, destination] = someOf(nation);
    const before = await settled(nation, [issuer, destination]);
    await scan(nation, issuer, destination);
    await mustShow(nation, [issuer, destination], before + SCANS_EACH);
    await nation.monitor.kill();
    await scan(nation, issuer, destination);
    await destination.destination.stop();
    await destination.destination.start();
    await nation.monitor.start();
    await scan(nation, issuer, destination);
    await mustShow(nation, [issuer, destination], before + 3 * SCANS_EACH);
    const isWell = async () => {
      const { nodes = [] } = (await coverageOf(nation)) ?? {};
      return nodes.length > 0 && nodes.every(({ silent, faults }) => !silent && faults.length === 0);
    };
    const nodes = async () => (await coverageOf(nation))?.nodes ?? [];
    must(await becomesTrue(isWell, SHOWN_WITHIN_MS), `not every node reports: ${JSON.stringify(await nodes())}`);
    return `${3 * SCANS_EACH} scans added exactly as many at the monitor; ${(await nodes()).length} nodes report`;
  },
};

type Pair = readonly [issuer: RunningProvince, destination: RunningProvince];

async function scan(nation: Nation, ...pair: Pair): Promise<void> {
  for (let n = 0; n < SCANS_EACH; n += 1) {
    const fault = await faultOf(nation, pair);
    must(fault === null, fault ?? '');
  }
}

async function coverageOf({ monitor }: Nation): Promise<Coverage | null> {
  const text = await getText(`${monitor.seat.url}/v1/coverage?window=24h`);
  const parsed = text === null ? null : coverageSchema.safeParse(JSON.parse(text));
  return parsed?.data ?? null;
}

async function shownOf(nation: Nation, [issuer, destination]: Pair): Promise<number | null> {
  const coverage = await coverageOf(nation);
  if (coverage === null) return null;
  const cell = coverage.cells.find(
    (one) => one.issuer === issuer.plan.code && one.destination === destination.plan.code,
  );
  return cell?.presented ?? 0;
}

/** The count once two readings, further apart than reports are, agree: whatever was scanned before has arrived. */
async function settled(nation: Nation, pair: Pair): Promise<number> {
  const readings: { readonly atMs: number; readonly shown: number }[] = [];
  const isSettled = async () => {
    const shown = await shownOf(nation, pair);
    if (shown === null) return false;
    if (readings.at(-1)?.shown !== shown) readings.length = 0;
    readings.push({ atMs: performance.now(), shown });
    return performance.now() - (readings[0]?.atMs ?? 0) > REPORTED_WITHIN_MS;
  };
  must(await becomesTrue(isSettled, SHOWN_WITHIN_MS), 'the monitor shows no coverage that stands still');
  return readings.at(-1)?.shown ?? 0;
}

/** Longer than a report takes to be made and read, with time for a busy machine. */
const REPORTED_WITHIN_MS = 15_000;

async function mustShow(nation: Nation, pair: Pair, expected: number): Promise<void> {
  const isShown = async () => (await shownOf(nation, pair)) === expected;
  const said = async () => `the monitor shows ${await shownOf(nation, pair)} scans, not ${expected}`;
  must(await becomesTrue(isShown, SHOWN_WITHIN_MS), await said());
}
