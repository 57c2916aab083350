import { cpus } from 'node:os';
import { BATCH_ITEMS, CASES, type CaseName, LEAST_CROWD, planOf } from './case-plans.ts';
import { Cases } from './cases.ts';
import { measureLog } from './log-figures.ts';
import { routingResultSchema } from './offline-job.ts';
import { machine, onStage, type Progress } from './on-stage.ts';
import type { Measuring } from './options.ts';
import { type RoundFigures, ratioOf, ratiosOf } from './ratios.ts';
import type { BenchResult, CaseResult } from './result.ts';
import { SIGNED } from './sandbox-seed.ts';
import { type Stage, startEverything } from './stage.ts';
import { median, rounded } from './statistics.ts';
import type { Turn } from './turn.ts';

/** No round begins that would end after this, so that a busy machine has fewer rounds and not none. */
const LAST_ROUND_ENDS_MS = 155_000;
/** About when the warm-up is to be over; what it still owes by then is cut short. */
const WARM_UP_ENDS_MS = 90_000;
const [MIN_WARM_UP_MS, MAX_WARM_UP_MS] = [500, 9_000];
/** Each takes a fiftieth of a second, and a neighbour on the machine takes the memory of the many away for as long: nine were chance. */
const ROUTING_ROUNDS = 61;

/** Runs the whole benchmark and stops everything it started. Throws BenchError. */
export async function runBench(options: Measuring, onProgress: Progress): Promise<BenchResult> {
  const result = await onStage(onProgress, (stage) => measure(stage, options, onProgress));
  return options.log ? { ...result, log: await measureLog(onProgress) } : result;
}

async function measure(stage: Stage, options: Measuring, onProgress: Progress): Promise<BenchResult> {
  const startedMs = performance.now();
  onProgress('starting three gateways with their provinces, an issuer node and four peers');
  await startEverything(stage);
  const cases = new Cases(stage, options.connections);
  const warmUp = await warmUpAll(cases, options, startedMs + WARM_UP_ENDS_MS, onProgress);
  const turns = await playRounds(cases, options, startedMs + LAST_ROUND_ENDS_MS, onProgress);
  onProgress('routing');
  const verifier = await stage.verifier();
  const routing = await verifier.run({ kind: 'routing', rounds: ROUTING_ROUNDS }, routingResultSchema);
  const { ratios, throughput } = ratiosOf(mapped(turns, (played) => played.map(figuresOf)));
  ratios.set('routing-3400/routing-34', ratioOf(routing.ratios));
  return {
    machine: machine(),
    node: process.version,
    settings: {
      seconds: options.seconds,
      rounds: Math.max(...[...turns.values()].map(({ length }) => length)),
      connections: options.connections,
      batch_items: BATCH_ITEMS,
      provinces: [...SIGNED],
    },
    cases: CASES.map((name) => resultOf(name, warmUp.get(name) ?? 0, turns.get(name) ?? [])),
    ratios: Object.fromEntries(mapped(ratios, ({ median: middle }) => middle)),
    quartiles: Object.fromEntries(mapped(ratios, ({ q1, q3 }): [number, number] => [q1, q3])),
    throughput_ratios: Object.fromEntries(mapped(throughput, ({ median: middle }) => middle)),
    routing: { ns_34: rounded(routing.ns_34), ns_3400: rounded(routing.ns_3400) },
    notes: notes(),
    took_s: rounded((performance.now() - startedMs) / 1000),
  };
}

/** How many operations each case did before anybody looked at a clock. */
async function warmUpAll(
  cases: Cases,
  { warmUp }: Measuring,
  untilMs: number,
  onProgress: Progress,
): Promise<ReadonlyMap<CaseName, number>> {
  const done = new Map<CaseName, number>();
  for (const [at, name] of CASES.entries()) {
    const fairMs = (2 * (untilMs - performance.now())) / (CASES.length - at);
    const durationMs = Math.min(MAX_WARM_UP_MS, Math.max(MIN_WARM_UP_MS, fairMs));
    // Each has codes of its own: all warm-ups together take longer than an answer may be remembered.
    onProgress(`warming up: ${name}`);
    await cases.beginRound();
    const { operations } = await cases.play(name, { durationMs, operations: warmUp });
    done.set(name, operations);
  }
  return done;
}

async function playRounds(
  cases: Cases,
  { seconds, rounds }: Measuring,
  untilMs: number,
  onProgress: Progress,
): Promise<ReadonlyMap<CaseName, Turn[]>> {
  const turns = new Map(CASES.map((name): [CaseName, Turn[]] => [name, []]));
  let tookMs = 0;
  for (let round = 1; round <= rounds && performance.now() + tookMs <= untilMs; round += 1) {
    const startedMs = performance.now();
    onProgress(`round ${round} of ${rounds}: codes`);
    await cases.beginRound();
    // There and back: what a case gains from coming after another in one round, it loses in the next.
    for (const name of round % 2 === 1 ? CASES : CASES.toReversed()) {
      onProgress(`round ${round} of ${rounds}: ${name}`);
      const durationMs = seconds * 1000 * (planOf(name).stretch ?? 1);
      turns.get(name)?.push(await cases.play(name, { durationMs, operations: null }));
    }
    tookMs = performance.now() - startedMs;
  }
  return turns;
}

function figuresOf({ cpuUs, operations, elapsedMs, p99Ms }: Turn): RoundFigures {
  return { cpu: cpuUs / operations, p99: p99Ms, rps: (operations * 1000) / elapsedMs };
}

function resultOf(name: CaseName, warmUpOperations: number, turns: readonly Turn[]): CaseResult {
  const medianOf = (value: (turn: Turn) => number) => rounded(median(turns.map(value)));
  const total = (value: (turn: Turn) => number) => turns.reduce((sum, turn) => sum + value(turn), 0);
  const medianWhereTold = (value: (turn: Turn) => number | null) => {
    const told = turns.flatMap((turn) => value(turn) ?? []);
    return told.length === 0 ? null : rounded(median(told));
  };
  const each = (spentUs: number | null, { operations }: Turn) => (spentUs === null ? null : spentUs / operations);
  return {
    name,
    rps: medianOf((turn) => figuresOf(turn).rps),
    p50_ms: medianOf(({ p50Ms }) => p50Ms),
    p99_ms: medianOf(({ p99Ms }) => p99Ms),
    cpu_us_per_op: medianOf((turn) => figuresOf(turn).cpu),
    issuer_cpu_us_per_op: medianWhereTold((turn) => each(turn.issuerCpuUs, turn)),
    upstream_cpu_us_per_op: medianWhereTold((turn) => each(turn.upstreamCpuUs, turn)),
    warm_up_operations: warmUpOperations,
    operations: total(({ operations }) => operations),
    wrong: total(({ wrong }) => wrong),
    shed: total(({ shed }) => shed),
  };
}

function mapped<K, V, W>(entries: ReadonlyMap<K, V>, value: (one: V) => W): Map<K, W> {
  return new Map([...entries].map(([key, one]) => [key, value(one)]));
}

function notes(): string[] {
  return [
    `Client, server and replayed provinces share ${cpus().length} cores: only the ratios carry over to another machine.`,
    'Ratios are medians over the rounds of what two cases did in one round. They are of processor time an operation (less is better), but for hung/healthy-p99 (time) and instances-2/1 (operations a second).',
    "Every province's statement is signed, in all cases but cold-plain, where none is. Replies were signed before the clock started.",
    'handwritten (express, undici, jose) and fast (node:http, undici, node:crypto) do the same: remember the venue token once verified, ask the province, verify its statement, sign an answer. None of the checks, no log, no metrics.',
    'proxy hands the question and the reply on, and does nothing else; bare-http asks nobody and sends the same bytes.',
    'The gateway runs with its default settings, its log at level info included; only its rate limits are out of reach.',
    `cold-merkle: as cold, from ${LEAST_CROWD} clients or more who take both forms of an attestation.`,
    `batch and batch-merkle: an operation is one of ${BATCH_ITEMS} new codes of a request; p50 and p99 are of whole requests.`,
    'federated-cold: as cold, but the provinces are asked by way of their issuer, a node of its own with keys of its own, over the same plain HTTP. cpu us/op is the sum of both nodes.',
    `federated-cold-batched: the same from ${LEAST_CROWD} clients or more who take both forms: questions travel together, and statements share signatures.`,
    'verify-offline: one answer, from its signature to the anchor; hcert: one vaccination certificate, from the text of its picture to the trust list, signed with ES256; hcert-ps256: with PS256. raw-es256 and raw-ps256: their signatures alone. Each over and over, in one process without any server.',
    'repeat-two-instances: two gateway processes on two ports, each with provinces of its own, the same clients dealt out to both. Where one instance and its client already fill the cores, two cannot be faster.',
  ];
}
