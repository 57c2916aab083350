import { z } from 'zod';
import { startChild } from './child.ts';
import { Cleanup } from './cleanup.ts';
import { interruption, machine, type Progress } from './on-stage.ts';
import { type OpenLoopJob, type OpenLoopTurn, openLoopTurnSchema, type Shared, sharedSchema } from './open-loop-job.ts';
import type { OpenLoopResult, RateResult } from './open-loop-result.ts';
import type { Measuring } from './options.ts';
import { median, rounded } from './statistics.ts';

const RATES = [100, 500, 1_000, 2_000, 4_000];
/** About a province that is a thousand kilometres away, and the system behind its node. */
const ANSWER_AFTER_MS = 20;
/** Where fewer come, turns last longer, so that a p99 is not just the worst. */
const FEW_PER_SECOND = 500;
/** Turns of the warm-up, at a pace that both ways bear. */
const WARM_UP = { perSecond: 1_000, turns: 3, seed: 0 };

/** Measures what questions, and tokens to be signed, wait for each other at a pace of their own. Throws BenchError. */
export async function runOpenLoop({ seconds, rounds }: Measuring, onProgress: Progress): Promise<OpenLoopResult> {
  const cleanup = new Cleanup();
  const stopped = interruption();
  try {
    return await Promise.race([measure(), stopped.promise]);
  } finally {
    stopped.dispose();
    await cleanup.run();
  }

  async function measure(): Promise<OpenLoopResult> {
    const answering = { file: 'answering-node.ts', settings: { afterMs: ANSWER_AFTER_MS }, ready: readySchema };
    const { ready } = await cleanup.start(() => startChild(answering));
    const asking = { file: 'open-loop-asker.ts', settings: { node: ready.url }, ready: z.null() };
    const asker = await cleanup.start(() => startChild(asking));
    const play = (job: OpenLoopJob) => asker.run(job, openLoopTurnSchema);
    const turnMs = seconds * 1000;
    const rates = new Map(
      sharedSchema.options.flatMap((what) => RATES.map((perSecond): [Pace, Round[]] => [{ what, perSecond }, []])),
    );
    for (const what of sharedSchema.options) {
      onProgress(`warming up: ${what}`);
      const { perSecond, turns, seed } = WARM_UP;
      await playBoth(1, { what, perSecond, durationMs: turnMs * turns, seed }, play);
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const [pace, played] of rates) {
        onProgress(`round ${round} of ${rounds}: ${pace.perSecond} ${pace.what} a second`);
        const stretch = pace.what === 'questions' ? Math.max(1, FEW_PER_SECOND / pace.perSecond) : 1;
        played.push(await playBoth(round, { ...pace, durationMs: turnMs * stretch, seed: round }, play));
      }
    }
    const resultsOf = (wanted: Shared) =>
      [...rates].flatMap(([{ what, perSecond }, played]) => (what === wanted ? [rateOf(perSecond, played)] : []));
    return {
      machine: machine(),
      node: process.version,
      answer_after_ms: ANSWER_AFTER_MS,
      rounds,
      questions: resultsOf('questions'),
      signatures: resultsOf('signatures'),
    };
  }
}

type Pace = Pick<OpenLoopJob, 'what' | 'perSecond'>;

const readySchema = z.strictObject({ url: z.url() });

type Round = Readonly<Record<OpenLoopJob['way'], OpenLoopTurn>>;

/** Both ways with the same arrivals, by turns the one first and the other. */
async function playBoth(
  round: number,
  pace: Omit<OpenLoopJob, 'way'>,
  play: (job: OpenLoopJob) => Promise<OpenLoopTurn>,
): Promise<Round> {
  if (round % 2 === 0) {
    const together = await play({ ...pace, way: 'together' });
    return { together, alone: await play({ ...pace, way: 'alone' }) };
  }
  const alone = await play({ ...pace, way: 'alone' });
  return { alone, together: await play({ ...pace, way: 'together' }) };
}

function rateOf(perSecond: number, rounds: readonly Round[]): RateResult {
  const middle = (value: (round: Round) => number) => rounded(median(rounds.map(value)));
  const way = (name: OpenLoopJob['way']) => ({
    waited_p50_ms: middle((round) => round[name].waited.p50),
    waited_p99_ms: middle((round) => round[name].waited.p99),
    answered_p50_ms: middle((round) => round[name].answered.p50),
    answered_p99_ms: middle((round) => round[name].answered.p99),
    late_p50_ms: middle((round) => round[name].late.p50),
    late_p99_ms: middle((round) => round[name].late.p99),
    in_one: middle((round) => round[name].asked / Math.max(1, round[name].taken)),
    asked: rounds.reduce((sum, round) => sum + round[name].asked, 0),
    failed: rounds.reduce((sum, round) => sum + round[name].failed, 0),
  });
  return {
    per_second: perSecond,
    alone: way('alone'),
    together: way('together'),
    added_wait_p50_ms: middle(({ alone, together }) => together.waited.p50 - alone.waited.p50),
    added_wait_p99_ms: middle(({ alone, together }) => together.waited.p99 - alone.waited.p99),
    added_answer_p99_ms: middle(({ alone, together }) => together.answered.p99 - alone.answered.p99),
  };
}
