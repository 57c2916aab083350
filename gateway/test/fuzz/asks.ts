import { type Ask, askInOrder, bindToQuestion, type Fault, type Outcome, STAGES, type Stage } from './ask.ts';
import { ASK_FAULTS } from './ask-faults.ts';
import { type Askers, startAskers } from './askers.ts';
import { oneOf, type Random } from './random.ts';
import { type FuzzReport, type FuzzRun, type Judged, runCases } from './report.ts';
import { type Door, openDoor } from './send-ask.ts';
import { TOKEN_FAULTS } from './token-faults.ts';

const BY_STAGE = Map.groupBy([...ASK_FAULTS, ...TOKEN_FAULTS], ({ stage }) => stage);
/** Most that can be wrong is wrong with a token. */
const TRIED: readonly Stage[] = [...STAGES, 'token', 'token'];
/** How often the systems' own count is looked at, in cases. */
const COUNTED_EVERY = 1_024;
/** One ask in so many has nothing wrong with it: a door that refuses everybody refuses no fault. */
const IN_ORDER = 10;
const MOST_FAULTS = 3;
/** One ask in so many travels as the one item of a batch. */
const TOGETHER = 4;
/** Where a batch is not taken for what its items are: its frame is larger, and nothing relays it. */
const OF_A_REQUEST: ReadonlySet<Stage> = new Set(['frame', 'binding']);

/**
 * Asks a node as no gateway should: one to three things wrong with each ask, at every stage that its door looks at. A
 * finding is another answer than the closed code of the first of them, or a request that reached a province's system
 * without having been in order.
 */
export async function fuzzAsks(run: FuzzRun): Promise<FuzzReport> {
  const askers = await startAskers();
  const door = openDoor(askers.url);
  try {
    const count = await startCount(askers);
    return await runCases(
      run,
      async (random) => await tryAsk({ askers, door, random, onReach: count.reach }),
      async (done) => (done % COUNTED_EVERY < 32 || done >= run.cases ? await count.compare() : null),
    );
  } finally {
    await door.close();
    await askers.stop();
  }
}

interface Attempt {
  readonly askers: Askers;
  readonly door: Door;
  readonly random: Random;
  /** Called for each ask that should have reached a system. */
  readonly onReach: () => void;
}

async function tryAsk({ askers, door, random, onReach }: Attempt): Promise<Judged> {
  const ask = await askInOrder(askers, random);
  const faults = random(IN_ORDER) === 0 ? [] : faultsFor(random);
  if (faults.length === 0 && random(2) === 0) await bindToQuestion(ask, askers, random);
  else if (random(TOGETHER) === 0 && faults.every(({ stage }) => !OF_A_REQUEST.has(stage))) sendTogether(ask);
  // What the door looks at last is spoilt first, so that nothing undoes what it sees before.
  for (const fault of faults.toReversed()) await fault.spoil(ask, random, askers);
  const first = faults.filter(({ stage }) => stage !== 'nonce');
  const firstExpected = expectedOf(ask, first);
  const sent = [{ expected: firstExpected }, ...(ask.isRepeated ? [{ expected: expectedOf(ask, faults) }] : [])];
  let outcome = '';
  for (const { expected } of sent) {
    if (expected.some(isReaching)) onReach();
    outcome = await door.send(ask);
    if (expected.some((one) => one === outcome)) continue;
    const names = faults.map(({ name }) => name).join(' + ') || 'nothing wrong';
    return { outcome, finding: `${names}: ${outcome} in place of ${expected.join(' or ')}` };
  }
  return { outcome, finding: null };
}

function sendTogether(ask: Ask): void {
  ask.isTogether = true;
  ask.target = ask.target.replace('/v1/statements', '/v1/statements/batch');
}

/** Some faults of different stages, in the order in which the door looks at them. */
function faultsFor(random: Random): Fault[] {
  const chosen = new Map<Fault['stage'], Fault>();
  const count = 1 + random(MOST_FAULTS);
  for (let n = 0; n < count; n += 1) {
    const stage = oneOf(random, TRIED);
    chosen.set(stage, oneOf(random, BY_STAGE.get(stage) ?? []));
  }
  return [...chosen.values()].sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage));
}

function expectedOf({ wire }: Ask, [first]: readonly Fault[]): readonly Outcome[] {
  if (first === undefined) return ['answer statement'];
  // Whoever hangs up may have done so before anything was said.
  return wire === 'half' ? [...first.outcomes, 'cut'] : first.outcomes;
}

function isReaching(outcome: Outcome): boolean {
  return outcome === 'answer statement' || outcome === 'answer absent';
}

/** Holds the number of asks that should have reached a system against what the systems say themselves. */
async function startCount({ received }: Askers) {
  const before = await received();
  let reached = 0;
  return {
    reach: () => {
      reached += 1;
    },
    compare: async () => {
      const more = (await received()) - before - reached;
      return more === 0 ? null : `the systems were asked ${more} times more than they should have been`;
    },
  };
}
