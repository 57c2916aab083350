import { cpus, release, totalmem } from 'node:os';
import { BenchError } from './bench-error.ts';
import { BATCH_ITEMS, CASES, type CaseName, Cases, LEAST_CROWD, type Turn } from './cases.ts';
import { measureLog } from './log-figures.ts';
import { type RoutingResult, routingResultSchema } from './offline-job.ts';
import type { BenchOptions } from './options.ts';
import type { BenchResult, CaseResult } from './result.ts';
import { MIX } from './sandbox-seed.ts';
import { Cleanup, setStage } from './stage.ts';
import { median, rounded } from './statistics.ts';

/** CONTRACT.md: under three minutes, whatever happens. */
const MAX_TOTAL_MS = 170_000;
/** So that what is measured is compiled code, and the rates are known that tell how many codes a turn uses up. */
const WARM_UP_SHARE = 0.4;

type Progress = (what: string) => void;

/** Runs the whole benchmark and stops everything it started. Throws BenchError. */
export async function runBench(options: BenchOptions, onProgress: Progress): Promise<BenchResult> {
  const cleanup = new Cleanup();
  const stopped = interruption();
  try {
    return await Promise.race([measure(options, cleanup, onProgress), stopped.promise]);
  } finally {
    stopped.dispose();
    onProgress('stopping');
    await cleanup.run();
  }
}

async function measure(options: BenchOptions, cleanup: Cleanup, onProgress: Progress): Promise<BenchResult> {
  const startedMs = performance.now();
  onProgress('starting three gateways with their simulated provinces, and an issuer node');
  const stage = await setStage(cleanup);
  const cases = new Cases(stage, options.connections);
  const turns = await playRounds(cases, options, onProgress);
  onProgress('routing');
  const routing = await stage.verifier.run({ kind: 'routing', rounds: options.rounds }, routingResultSchema);
  const log = options.log ? await measureLog(onProgress) : null;
  const results = CASES.map((name) => resultOf(name, turns.get(name) ?? []));
  return {
    machine: machine(),
    node: process.version,
    settings: {
      seconds: options.seconds,
      rounds: options.rounds,
      connections: options.connections,
      batch_items: BATCH_ITEMS,
      provinces: [...MIX],
    },
    cases: results,
    ratios: ratiosOf(results, routing),
    routing: { ns_34: rounded(routing.ns_34), ns_3400: rounded(routing.ns_3400) },
    ...(log === null ? {} : { log }),
    notes: notes(),
    took_s: rounded((performance.now() - startedMs) / 1000),
  };
}

async function playRounds(
  cases: Cases,
  { seconds, rounds }: BenchOptions,
  onProgress: Progress,
): Promise<Map<CaseName, Turn[]>> {
  const turns = new Map(CASES.map((name): [CaseName, Turn[]] => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    const durationMs = seconds * 1000 * (round === 0 ? WARM_UP_SHARE : 1);
    const label = round === 0 ? 'warming up' : `round ${round} of ${rounds}`;
    onProgress(`${label}: codes`);
    await cases.prepareRound(durationMs);
    for (const name of CASES) {
      onProgress(`${label}: ${name}`);
      const turn = await cases.play(name, durationMs);
      if (round > 0) turns.get(name)?.push(turn);
    }
  }
  return turns;
}

function resultOf(name: CaseName, turns: readonly Turn[]): CaseResult {
  const medianOf = (value: (turn: Turn) => number) => rounded(median(turns.map(value)));
  const total = (value: (turn: Turn) => number) => turns.reduce((sum, turn) => sum + value(turn), 0);
  const medianWhereTold = (value: (turn: Turn) => number | null) => {
    const told = turns.flatMap((turn) => value(turn) ?? []);
    return told.length === 0 ? null : rounded(median(told));
  };
  const each = (spentUs: number | null, { operations }: Turn) => (spentUs === null ? null : spentUs / operations);
  return {
    name,
    rps: medianOf(({ operations, elapsedMs }) => (operations * 1000) / elapsedMs),
    p50_ms: medianOf(({ p50Ms }) => p50Ms),
    p99_ms: medianOf(({ p99Ms }) => p99Ms),
    cpu_us_per_op: medianOf(({ cpuUs, operations }) => cpuUs / operations),
    issuer_cpu_us_per_op: medianWhereTold((turn) => each(turn.issuerCpuUs, turn)),
    upstream_cpu_us_per_op: medianWhereTold((turn) => each(turn.upstreamCpuUs, turn)),
    operations: total(({ operations }) => operations),
    wrong: total(({ wrong }) => wrong),
    shed: total(({ shed }) => shed),
  };
}

function ratiosOf(results: readonly CaseResult[], routing: RoutingResult): BenchResult['ratios'] {
  const byName = new Map(results.map((result) => [result.name, result]));
  const quotient = (figure: 'rps' | 'p99_ms' | 'cpu_us_per_op', above: CaseName, below: CaseName) =>
    rounded((byName.get(above)?.[figure] ?? 0) / (byName.get(below)?.[figure] ?? 1));
  return {
    'cold/handwritten': quotient('rps', 'cold', 'handwritten'),
    'repeat/handwritten': quotient('rps', 'repeat', 'handwritten'),
    'repeat/bare-http': quotient('rps', 'repeat', 'bare-http'),
    'hung/healthy-p99': quotient('p99_ms', 'repeat-with-one-province-hung', 'repeat'),
    'routing-3400/routing-34': rounded(routing.ns_3400 / routing.ns_34),
    'instances-2/1': quotient('rps', 'repeat-two-instances', 'repeat'),
    'federated/cold-cpu': quotient('cpu_us_per_op', 'federated-cold', 'cold'),
    'batched/singly-cpu': quotient('cpu_us_per_op', 'federated-cold-batched', 'federated-cold-singly'),
  };
}

function machine(): BenchResult['machine'] {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory_gb: rounded(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()} ${process.arch}`,
  };
}

function notes(): string[] {
  return [
    `Client, server and simulated provinces share ${cpus().length} cores: only the ratios carry over to another machine.`,
    'handwritten asks the same simulated provinces about new codes, and verifies the venue token at each request; the gateway verifies a token once and remembers its hash.',
    'The gateway runs with its default settings, its log at level info included; only its rate limits are out of reach.',
    'federated-cold: the same as cold, but the provinces are asked by way of their issuer, a node of its own with keys of its own, over the same plain HTTP. cpu us/op is the sum of both nodes.',
    `federated-cold-batched: the same with ${LEAST_CROWD} clients, or more where more are asked for, who take both forms of evidence: questions travel together, and statements share signatures.`,
    'federated-cold-singly: as many clients and a node of before batches, so that every question travels and is signed by itself.',
    `batch: rps counts verifications, p50 and p99 are of whole requests of ${BATCH_ITEMS} new codes.`,
    'repeat-two-instances: two gateway processes on two ports, each with simulated provinces of its own, the same clients dealt out to both. Where one instance and its client already fill the cores, two cannot be faster.',
    'upstream_cpu_us_per_op is the cost of the simulation, which signs a statement for each question.',
  ];
}

/** Rejects on Ctrl-C and when the time is up. */
function interruption(): { readonly promise: Promise<never>; readonly dispose: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onSignal = () => reject(new BenchError('interrupted', 'interrupted'));
  const timer = setTimeout(() => reject(new BenchError('out_of_time', 'three minutes were not enough')), MAX_TOTAL_MS);
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const dispose = () => {
    clearTimeout(timer);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  };
  return { promise, dispose };
}
