import type { Drill, DrillResult } from './drills/drill.ts';
import { type Nation, processesOf } from './nation.ts';
import { type PairResult, scanPairs } from './pairs.ts';

/** What `nation --check` ends with. */
export interface NationReport {
  readonly nodes: number;
  readonly processes: number;
  readonly pairs: readonly PairResult[];
  readonly drills: readonly DrillResult[];
  readonly passed: number;
  readonly failed: number;
}

/** Scans every ordered pair, then runs drills one after another. */
export async function checkNation(
  nation: Nation,
  drills: readonly Drill[],
  onDrill: (name: string) => void,
): Promise<NationReport> {
  const pairs = await scanPairs(nation);
  // Put up meanwhile; drills are for everybody.
  await nation.abroad.ready;
  const processes = processesOf(nation).filter(({ pid }) => pid !== null).length;
  const results: DrillResult[] = [];
  for (const drill of drills) {
    onDrill(drill.name);
    results.push(await runDrill(nation, drill));
  }
  const good = [...pairs, ...results].filter(({ passed }) => passed).length;
  const all = pairs.length + results.length;
  return { nodes: nation.provinces.size, processes, pairs, drills: results, passed: good, failed: all - good };
}

async function runDrill(nation: Nation, { name, run }: Drill): Promise<DrillResult> {
  try {
    return { name, passed: true, detail: await run(nation) };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { name, passed: false, detail: reason };
  }
}
