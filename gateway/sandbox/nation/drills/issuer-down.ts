import { freshGreens, openDoor, type TimedAnswer } from '../door.ts';
import { inTurns } from '../in-turns.ts';
import { type Nation, type RunningProvince, someOf } from '../nation.ts';
import { becomesTrue } from '../questions.ts';
import { type Drill, must } from './drill.ts';
import { mustScanAll } from './scanning.ts';
import { excessOf, p99, type Window } from './windows.ts';

/** Windows with the issuer and without it, in turns. */
const TURNS = 5;
const SCANS_A_WINDOW = 100;
/** Of these scans, every fourth is of a code of the province whose issuer dies, whether it is dead or not. */
const ITS_OWN_EVERY = 4;
const AT_ONCE = 4;
const BACK_WITHIN_MS = 15_000;
/** What the others may lose, and how often chance alone may be taken for more. */
const MOST_RATIO = 1.1;
const LEAST_CHANCE = 0.01;

/**
 * A province's issuer is killed, again and again. Its codes become `issuer_unavailable` at every destination, what was
 * answered a moment before stays good for as long as its manifest says, and nobody else's scans fail or take longer: their
 * 99th percentile stays within a tenth, or differs by no more than windows of one kind do on this machine.
 */
export const ISSUER_DOWN: Drill = {
  name: 'issuer_down',
  run: async (nation) => {
    const [, gone] = someOf(nation);
    const doors = await doorsOf(nation);
    const kept = await scannedEverywhere(gone, doors);
    const windows: { readonly up: Window[]; readonly down: Window[] } = { up: [], down: [] };
    for (let turn = 0; turn < TURNS; turn += 1) {
      // An issuer that has just started is slow itself: that must not pass for how it usually is.
      await windowOf(doors, gone, passes);
      windows.up.push(await windowOf(doors, gone, passes));
      await gone.issuer.kill();
      if (turn === 0) await mustBeGone(gone, doors, kept);
      windows.down.push(await windowOf(doors, gone, isGone));
      await gone.issuer.start();
      must(await becomesTrue(() => answersEverywhere(gone, doors), BACK_WITHIN_MS), 'it is back and not asked again');
    }
    const { ratio, chance } = excessOf(windows.up, windows.down);
    const [up, down] = [p99(windows.up), p99(windows.down)].map((ms) => ms.toFixed(1));
    const seen = `p99 of the others ${down} ms without it, ${up} ms with it: ${ratio.toFixed(2)}, by chance in ${(chance * 100).toFixed(1)} % of all orders`;
    must(ratio <= MOST_RATIO || chance > LEAST_CHANCE, seen);
    const scans = await mustScanAll(nation, nation.provinces.values(), 'with the issuer back');
    return `issuer_unavailable at ${doors.size - 1} destinations, earlier answers stood; ${seen}; ${scans} scans after it verified`;
  },
};

type Ask = (code: string) => Promise<TimedAnswer>;
type Doors = ReadonlyMap<RunningProvince, Ask>;

async function doorsOf(nation: Nation): Promise<Doors> {
  const provinces = [...nation.provinces.values()];
  return new Map(await inTurns(provinces, AT_ONCE, async (one) => [one, await openDoor(nation, one)] as const));
}

const passes = ({ said }: TimedAnswer) => said === 'pass';
const isGone = ({ said, reasons }: TimedAnswer) => said === 'refer' && reasons.includes('issuer_unavailable');

const elsewhere = (province: RunningProvince, doors: Doors) =>
  [...doors].flatMap(([destination, ask]) => (destination === province ? [] : [ask]));

/** A code of the province that every other destination has been answered about. */
async function scannedEverywhere(province: RunningProvince, doors: Doors): Promise<string> {
  const [code = ''] = await freshGreens(province, 1);
  for (const ask of elsewhere(province, doors))
    must(passes(await ask(code)), 'a green did not pass before anything died');
  return code;
}

async function mustBeGone(province: RunningProvince, doors: Doors, kept: string): Promise<void> {
  const [code = ''] = await freshGreens(province, 1);
  for (const ask of elsewhere(province, doors)) {
    const [fresh, known] = [await ask(code), await ask(kept)];
    must(isGone(fresh), `a code of the dead issuer's province was answered ${fresh.said}, ${fresh.reasons.join(', ')}`);
    must(passes(known), `what was answered a moment before became ${known.said}`);
  }
}

async function answersEverywhere(province: RunningProvince, doors: Doors): Promise<boolean> {
  const [code = ''] = await freshGreens(province, 1);
  const answers = await Promise.all(elsewhere(province, doors).map((ask) => ask(code)));
  return answers.every(passes);
}

/** Scans codes of all provinces at all others' doors, and gives how long those of the others took. */
async function windowOf(doors: Doors, gone: RunningProvince, isDue: (answer: TimedAnswer) => boolean): Promise<Window> {
  const tookMs: number[] = [];
  await inTurns(await scansOf(doors, gone), AT_ONCE, async ({ issuer, code, ask }) => {
    const answer = await ask(code);
    const said = `${issuer.plan.code}: ${answer.said}, ${answer.reasons.join(', ')}`;
    if (issuer === gone) must(isDue(answer), `its own code, ${said}`);
    else must(passes(answer), `while another one's issuer was killed, ${said}`);
    if (issuer !== gone) tookMs.push(answer.ms);
  });
  return tookMs;
}

/** Every ordered pair as often as every other one of its kind: a door that is asked about the dead one is asked about all. */
async function scansOf(doors: Doors, gone: RunningProvince) {
  const pairs = [...doors.keys()].flatMap((issuer) => elsewhere(issuer, doors).map((ask) => ({ issuer, ask })));
  const itsOwn = pairs.filter(({ issuer }) => issuer === gone);
  const others = pairs.filter(({ issuer }) => issuer !== gone);
  const asked = Array.from({ length: SCANS_A_WINDOW }, (_, n) => {
    const nth = Math.floor(n / ITS_OWN_EVERY);
    return n % ITS_OWN_EVERY === 0 ? inTurn(itsOwn, nth) : inTurn(others, n - nth - 1);
  });
  const counts = Map.groupBy(asked, ({ issuer }) => issuer);
  const minted = await inTurns([...counts], AT_ONCE, async ([issuer, { length }]) => {
    return [issuer, await freshGreens(issuer, length)] as const;
  });
  const codes = new Map(minted);
  return asked.map((pair) => ({ ...pair, code: codes.get(pair.issuer)?.pop() ?? '' }));
}

function inTurn<T>(items: readonly T[], n: number): T {
  const item = items[n % items.length];
  if (item === undefined) throw new Error('a nation of one province');
  return item;
}
