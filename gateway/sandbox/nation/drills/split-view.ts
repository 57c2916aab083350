import { cpSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { COMPARE_EVERY_MS, MOST_A_ROUND } from '../../../registry/log-comparisons.ts';
import { inTurns } from '../in-turns.ts';
import { type Nation, nodesOf, type RunningProvince, someOf } from '../nation.ts';
import type { NodeProcess } from '../node-process.ts';
import { Office } from '../office.ts';
import { becomesTrue, metricOf, readinessOf } from '../questions.ts';
import { type Drill, must } from './drill.ts';
import { whenAllFollow } from './following.ts';
import { issueNotice } from './notice.ts';
import { mustScanAll } from './scanning.ts';

const FOLLOWED_WITHIN_MS = 10_000;
const READY_WITHIN_MS = 60_000;
/** What an answer may take once a round has begun. */
const ANSWER_MS = 3_000;
const RESTARTS_AT_ONCE = 3;
/** Its own certificate and output; all else of a registry is copied. */
const OWN = /^(?:tls|output)/;
/** What a node that followed the wrong history deletes; it is fetched again. */
const COPY = /^(?:log\.sqlite|registry-snapshot|last-checkpoint)/;

/**
 * The registry turns evil: whoever runs it starts a second one on a copy of its store and keys, enters something else into
 * each, and shows one to a province and the other to everybody else. Each side sees a log that only grows, signed by the
 * right key; both find out from one another, with both checkpoints in hand. Afterwards everybody gets out of it as the
 * runbook says.
 */
export const SPLIT_VIEW: Drill = {
  name: 'split_view',
  run: async (nation) => {
    const [deceived] = someOf(nation);
    const misled = [deceived.authority, deceived.issuer, deceived.destination];
    const others = nodesOf(nation).filter((node) => node !== nation.registry && !misled.includes(node));
    try {
      await startTwin(nation);
      await follow(misled, nation.twin.seat.url);
      await enterBoth(nation, misled, others);
      const rounds = Math.ceil(nodesOf(nation).length / MOST_A_ROUND);
      const foundMs = await Promise.all([misled, others].map((side) => msUntilFound(side, rounds)));
      const both = [await evidenceOf(nation, misled), await evidenceOf(nation, others)];
      must(both[0]?.join() === both[1]?.toReversed().join(), 'the two sides hold other checkpoints as evidence');
      await getOut(nation, deceived, others);
      const scans = await mustScanAll(nation, nation.provinces.values(), 'after the split view');
      return `found by ${misled.length} and ${others.length} nodes after ${foundMs.join(' and ')} ms, both with both checkpoints; ${scans} scans after it verified`;
    } finally {
      await nation.twin.stop();
    }
  },
};

/** A copy of store and keys, taken while nothing is written, at another address. */
async function startTwin({ registry, twin }: Nation): Promise<void> {
  await registry.stop();
  cpSync(registry.seat.dir, twin.seat.dir, { recursive: true, filter: (path) => !OWN.test(basename(path)) });
  await Promise.all([registry.start(), twin.start()]);
}

async function follow(nodes: readonly NodeProcess[], logUrl: string): Promise<void> {
  await inTurns(nodes, RESTARTS_AT_ONCE, async (node) => {
    await node.stop();
    await node.start({ HUREN_LOG_URL: logUrl });
  });
}

/** The same anchor signs for each log what the other one never gets; both sides have it when this returns. */
async function enterBoth(
  nation: Nation,
  misled: readonly NodeProcess[],
  others: readonly NodeProcess[],
): Promise<void> {
  const { plan, commands } = nation;
  const atTwin = new Office(plan.authority, plan.twin, commands);
  await haveAll(misled, await issueNotice(nation, 'drill-split-there', atTwin));
  await haveAll(others, await issueNotice(nation, 'drill-split-here'));
}

async function haveAll(nodes: readonly NodeProcess[], size: number): Promise<void> {
  const haveIt = async () => {
    const sizes = await Promise.all(nodes.map(({ seat }) => metricOf(seat, 'huren_log_size')));
    return sizes.every((known) => known !== null && known >= size);
  };
  must(await becomesTrue(haveIt, FOLLOWED_WITHIN_MS), `entry ${size - 1} did not reach its side`);
}

/** Milliseconds until the first of a side says so; and all of it, once each has asked everybody. */
async function msUntilFound(nodes: readonly NodeProcess[], rounds: number): Promise<number> {
  const startedMs = performance.now();
  const told = async () => {
    const said = await Promise.all(nodes.map(({ seat }) => readinessOf(seat)));
    return said.map((one) => one?.reasons.includes('registry_forked') === true);
  };
  const isFound = async () => (await told()).some((isTold) => isTold);
  must(await becomesTrue(isFound, COMPARE_EVERY_MS + ANSWER_MS), 'two histories went unseen for an interval');
  const foundMs = Math.round(performance.now() - startedMs);
  const areAll = async () => (await told()).every((isTold) => isTold);
  must(await becomesTrue(areAll, rounds * COMPARE_EVERY_MS + ANSWER_MS), 'a node went on without a word');
  return foundMs;
}

const evidenceSchema = z.object({
  evidence: z.array(
    z.object({
      ours: z.object({ root: z.string(), signed: z.boolean() }),
      theirs: z.object({ root: z.string(), signed: z.boolean() }),
      contradict: z.boolean().nullable(),
    }),
  ),
});

/** Both roots, ours first, as a person at one of the nodes is shown them. */
async function evidenceOf({ commands }: Nation, [node]: readonly NodeProcess[]): Promise<readonly string[]> {
  if (node === undefined) throw new Error('nobody is on that side');
  const { exit, stdout } = await commands.run(['log', 'evidence', '--json'], { HUREN_DATA_DIR: node.seat.dir });
  const { evidence } = evidenceSchema.parse(JSON.parse(stdout));
  const newest = evidence.at(-1);
  must(exit === 1 && newest !== undefined, `${node.seat.name} has kept no evidence`);
  const { ours, theirs, contradict } = newest;
  must(ours.signed && theirs.signed && contradict === true, `the evidence of ${node.seat.name} proves nothing`);
  return [ours.root, theirs.root];
}

/** The history that the anchor stands by is followed again, by those who knew another one from nothing. */
async function getOut(nation: Nation, deceived: RunningProvince, others: readonly NodeProcess[]): Promise<void> {
  await nation.twin.stop();
  const misled = [deceived.authority, deceived.issuer, deceived.destination];
  await Promise.all(misled.map((node) => node.stop()));
  for (const { seat } of misled) {
    for (const name of readdirSync(seat.dir)) if (COPY.test(name)) rmSync(join(seat.dir, name));
  }
  await inTurns([...misled, ...others], RESTARTS_AT_ONCE, async (node) => {
    await node.stop();
    await node.start();
  });
  const areReady = async () => {
    const said = await Promise.all(nodesOf(nation).map(({ seat }) => readinessOf(seat)));
    return said.every((one) => one?.ready === true && !one.reasons.includes('registry_forked'));
  };
  must(await becomesTrue(areReady, READY_WITHIN_MS), 'somebody did not get out of it');
  await whenAllFollow(nation, 'drill-after-the-split');
}
