import type { Nation, RunningProvince } from '../nation.ts';
import { freshGreen, scanAt } from '../venue.ts';
import { must } from './drill.ts';

/** What came of many scans of codes that nobody had scanned before. */
export interface ScanLog {
  readonly scans: number;
  /** What each of those that was no verified pass came to. */
  readonly faults: readonly string[];
}

/** Scans every ordered pair of the provinces once, each with a new code. Throws DrillFailure unless all pass and verify. */
export async function mustScanAll(nation: Nation, provinces: Iterable<RunningProvince>, when: string): Promise<number> {
  const pairs = pairsOf([...provinces]);
  for (const pair of pairs) {
    const fault = await faultOf(nation, pair);
    must(fault === null, `${when}: ${fault}`);
  }
  return pairs.length;
}

/** Scans one pair after another, without a pause, for as long as the work takes. Passes on what the work throws. */
export async function whileScanning(nation: Nation, work: () => Promise<void>): Promise<ScanLog> {
  const pairs = pairsOf([...nation.provinces.values()]);
  const progress = { isOver: false, scans: 0 };
  const faults: string[] = [];
  const scanning = (async () => {
    while (!progress.isOver) {
      for (const pair of pairs) {
        const fault = await faultOf(nation, pair);
        progress.scans += 1;
        if (fault !== null) faults.push(fault);
        if (progress.isOver) break;
      }
    }
  })();
  try {
    await work();
  } finally {
    progress.isOver = true;
    await scanning;
  }
  return { scans: progress.scans, faults };
}

type Pair = readonly [issuer: RunningProvince, destination: RunningProvince];

/** Why a scan between two provinces is no verified pass; null where it is one. */
export async function faultOf(nation: Nation, [issuer, destination]: Pair): Promise<string | null> {
  const named = `${issuer.plan.code} at ${destination.plan.code}`;
  const outcome = await scanAt(nation, destination, await freshGreen(issuer)).catch((error: unknown) => ({
    kind: 'problem' as const,
    problem: error instanceof Error ? error.message : 'unknown',
  }));
  if (outcome.kind === 'problem') return `${named}: ${outcome.problem}`;
  if (!outcome.verified) return `${named}: ${outcome.fault ?? 'not verified'}`;
  return outcome.decision === 'pass' ? null : `${named}: ${outcome.status}, ${outcome.decision}`;
}

function pairsOf(provinces: readonly RunningProvince[]): Pair[] {
  return provinces.flatMap((issuer) =>
    provinces.filter((destination) => destination !== issuer).map((destination) => [issuer, destination] as const),
  );
}
