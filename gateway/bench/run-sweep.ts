import { Cases } from './cases.ts';
import { routingResultSchema } from './offline-job.ts';
import { machine, onStage, type Progress } from './on-stage.ts';
import type { Measuring } from './options.ts';
import type { Stage } from './stage.ts';
import { rounded } from './statistics.ts';
import type { SweepResult } from './sweep-result.ts';

const CONNECTIONS = [1, 4, 16, 64, 128];
const ENTRIES = [0, 5_000, 20_000, 40_000];
/** Longest that the gateway is asked for one size; a busy machine has smaller sizes. */
const ASKED_WITHIN_MS = 12_000;
const TURNS = 3;
const ROUTING_ROUNDS = 9;
const MB = 2 ** 20;

/** Measures one gateway beside more and more of what a nation has much of. Throws BenchError. */
export async function runSweep(options: Measuring, onProgress: Progress): Promise<SweepResult> {
  return await onStage(onProgress, async (stage) => {
    onProgress('starting a gateway');
    const cases = new Cases(stage, options.connections);
    await cases.beginRound();
    onProgress('warming up');
    for (const name of ['cold', 'repeat'] as const) {
      await cases.play(name, { durationMs: ASKED_WITHIN_MS, operations: options.warmUp });
    }
    const entries = await sweepEntries(stage, cases, options, onProgress);
    const connections = await sweepConnections(stage, options, onProgress);
    onProgress('systems');
    const verifier = await stage.verifier();
    const routing = await verifier.run({ kind: 'routing', rounds: ROUTING_ROUNDS }, routingResultSchema);
    return {
      machine: machine(),
      node: process.version,
      connections,
      entries,
      bytes_per_entry: bytesPerEntry(entries),
      systems: [
        { systems: 34, lookup_ns: rounded(routing.ns_34) },
        { systems: 340, lookup_ns: rounded(routing.ns_340) },
        { systems: 3_400, lookup_ns: rounded(routing.ns_3400) },
      ],
    };
  });
}

async function sweepConnections(
  stage: Stage,
  { seconds }: Measuring,
  onProgress: Progress,
): Promise<SweepResult['connections']> {
  const swept: SweepResult['connections'] = [];
  for (const connections of CONNECTIONS) {
    onProgress(`${connections} connections`);
    const cases = new Cases(stage, connections);
    await cases.beginRound();
    const length = { durationMs: TURNS * seconds * 1000, operations: null };
    const { operations, elapsedMs, p50Ms, p99Ms, cpuUs } = await cases.play('cold', length);
    swept.push({
      connections,
      rps: rounded((operations * 1000) / elapsedMs),
      p50_ms: rounded(p50Ms),
      p99_ms: rounded(p99Ms),
      cpu_us_per_op: rounded(cpuUs / operations),
    });
  }
  return swept;
}

/** Has the gateway learn more and more answers, beside those of the warm-up. */
async function sweepEntries(
  stage: Stage,
  cases: Cases,
  { seconds }: Measuring,
  onProgress: Progress,
): Promise<SweepResult['entries']> {
  const { server } = await stage.gateway();
  const swept: SweepResult['entries'] = [];
  let entries = 0;
  for (const wanted of ENTRIES) {
    onProgress(`${wanted} entries`);
    await cases.beginRound();
    if (wanted > entries) {
      const { operations } = await cases.play('cold', { durationMs: ASKED_WITHIN_MS, operations: wanted - entries });
      entries += operations;
    }
    const { cpuUs, operations } = await cases.play('repeat', { durationMs: seconds * 1000, operations: null });
    const kept = await server.keptBytes();
    swept.push({ entries, kept_mb: Number((kept / MB).toFixed(1)), cpu_us_per_repeat: rounded(cpuUs / operations) });
  }
  return swept;
}

function bytesPerEntry(swept: SweepResult['entries']): number {
  const [first, last] = [swept[0], swept.at(-1)];
  if (first === undefined || last === undefined || last.entries === first.entries) return 0;
  return rounded(Math.max(0, ((last.kept_mb - first.kept_mb) * MB) / (last.entries - first.entries)));
}
