import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import { createSigner } from '../trust/signer.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { NodeTokens } from '../upstream/node-tokens.ts';
import { type NodeReply, sendAlone } from '../upstream/node-wire.ts';
import { QuestionBatcher } from '../upstream/question-batcher.ts';
import { openUpstreamClient } from '../upstream/upstream-client.ts';
import { arrivalsAt, atTheirTimes } from './arrivals.ts';
import { serveBench } from './child-side.ts';
import { type OpenLoopJob, type OpenLoopTurn, openLoopJobSchema, type Percentiles } from './open-loop-job.ts';
import { percentile } from './statistics.ts';

const PROVINCE = '410000';
/** The batcher gathers for as long as this. */
const TIMER_MS = 3;

/*
 * One gateway that asks one node, with the batcher and the wire of the product and the limits of a province's manifest;
 * the answers are not verified, since what is measured is when questions leave.
 */
serveBench(async (settings) => {
  const { node } = z.strictObject({ node: z.url() }).parse(settings);
  const limits = loadProvinces().find(({ manifest }) => manifest.province === PROVINCE)?.manifest.upstream;
  if (limits === undefined) throw new Error(`there is no ${PROVINCE}`);
  const client = openUpstreamClient(limits, { origin: node }, { networks: LOOPBACK_ONLY, onRefused: () => undefined });
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const signer = createSigner('open-loop', 'ES256', pair.privateKey);
  const gateway = { entityId: 'https://gateway.example', signer: () => signer };
  let requests = 0;
  const wire = {
    node,
    client: {
      ...client,
      fetchMade: (...given: Parameters<typeof client.fetchMade>) => {
        requests += 1;
        return client.fetchMade(...given);
      },
    },
    timeoutMs: limits.timeout_ms,
    tokens: new NodeTokens(Date.now),
    nowMs: Date.now,
  };

  const nonce = () => randomBytes(16).toString('base64url');
  const ways: Readonly<Record<OpenLoopJob['way'], (onLeave: () => void) => Promise<NodeReply>>> = {
    alone: (onLeave) =>
      new Promise((resolve, reject) => {
        void sendAlone(wire, gateway, { make: () => leaving(onLeave), resolve, reject });
      }),
    together: (onLeave) => batcher.ask(gateway, () => leaving(onLeave), 36),
  };
  const batcher = new QuestionBatcher(wire);
  const leaving = (onLeave: () => void) => {
    onLeave();
    return { code: `YKM1${nonce()}`, purpose: 'medical_visit' as const, nonce: nonce() };
  };

  async function measure({ way, ...pace }: OpenLoopJob): Promise<OpenLoopTurn> {
    const [waited, answered]: [number[], number[]] = [[], []];
    let failed = 0;
    requests = 0;
    const open: Promise<void>[] = [];
    const endLateness = noteLateness();
    await atTheirTimes(arrivalsAt(pace), (dueAtMs) => {
      const askedMs = performance.now();
      // A lost connection is asked again; what counts is when it first left.
      let leftMs: number | null = null;
      const reply = ways[way](() => {
        leftMs ??= performance.now();
      });
      const done = reply.then(
        () => {
          answered.push(performance.now() - dueAtMs);
          waited.push((leftMs ?? askedMs) - askedMs);
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
      requests,
    };
  }

  return { ready: null, run: (job) => measure(openLoopJobSchema.parse(job)), close: () => client.close() };
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
