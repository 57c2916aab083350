import { generateKeyPairSync, sign } from 'node:crypto';
import { z } from 'zod';
import type { Signer } from '../trust/signer.ts';
import { arrivalsAt, atTheirTimes } from './arrivals.ts';
import { serveBench } from './child-side.ts';
import { type OpenLoopJob, type OpenLoopTurn, openLoopJobSchema, type Percentiles } from './open-loop-job.ts';
import { openQuestions } from './shared-questions.ts';
import { openSignatures } from './shared-signatures.ts';
import { percentile } from './statistics.ts';

/** As long as questions gather. */
const TIMER_MS = 3;

/*
 * One gateway that asks one node, or signs: with the parts and the limits of the product, and nothing else.
 */
serveBench(async (settings) => {
  const { node } = z.strictObject({ node: z.url() }).parse(settings);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: Signer = {
    kid: 'open-loop',
    alg: 'ES256',
    sign: async (input) => Uint8Array.from(sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
  const questions = openQuestions(node, signer);
  const shared = { questions, signatures: openSignatures(signer) };

  async function measure({ what, way, ...pace }: OpenLoopJob): Promise<OpenLoopTurn> {
    const [waited, answered]: [number[], number[]] = [[], []];
    let failed = 0;
    const takenBefore = shared[what].taken();
    const open: Promise<void>[] = [];
    const endLateness = noteLateness();
    await atTheirTimes(arrivalsAt(pace), (dueAtMs) => {
      const askedMs = performance.now();
      const done = shared[what][way]().then(
        (leftMs) => {
          answered.push(performance.now() - dueAtMs);
          waited.push(leftMs - askedMs);
        },
        () => {
          failed += 1;
        },
      );
      open.push(done);
    });
    await Promise.all(open);
    return {
      asked: open.length,
      failed,
      waited: percentilesOf(waited),
      answered: percentilesOf(answered),
      late: percentilesOf(endLateness()),
      taken: shared[what].taken() - takenBefore,
    };
  }

  return { ready: null, run: (job) => measure(openLoopJobSchema.parse(job)), close: () => questions.close() };
});

/** Notes by how much a short timer is late, over and over, until the function it returns is called. */
function noteLateness(): () => number[] {
  const lateMs: number[] = [];
  let timer: NodeJS.Timeout;
  const next = () => {
    const dueMs = performance.now() + TIMER_MS;
    timer = setTimeout(() => {
      lateMs.push(performance.now() - dueMs);
      next();
    }, TIMER_MS);
  };
  next();
  return () => {
    clearTimeout(timer);
    return lateMs;
  };
}

function percentilesOf(valuesMs: readonly number[]): Percentiles {
  const ascending = Float64Array.from(valuesMs).sort();
  return { p50: percentile(ascending, 50), p99: percentile(ascending, 99) };
}
