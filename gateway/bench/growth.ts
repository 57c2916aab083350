import { optionsAndWordsOf, startedWith, WrongUsage, wholeNumberIn } from '../program-options.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { createRegistryState } from '../registry/registry-state.ts';
import type { DivisionSystem } from './division-events.ts';
import { measureCache } from './growth-cache.ts';
import { type MeasuredNation, measureNation } from './growth-registry.ts';
import type { GrowthResult, NationFigures } from './growth-result.ts';
import { cpuMs } from './process-time.ts';
import { measureStarts } from './start-cost.ts';
import { median, rounded } from './statistics.ts';

const HELP = `Usage: npm run -s growth -- [SYSTEMS]

Measures what a nation costs in which every province, prefecture, and county has a system of its own, registered in a real log:
replay and start, a change, the list of adapters, and breakers at rest, in a nation of 34, of 340 and of SYSTEMS; routing in the
last; remembered answers, and starts of a whole node. Figures in "_ms" are milliseconds of processor time. Prints one JSON
object. Minutes, which grow with SYSTEMS.

  SYSTEMS  how many systems the largest nation has (default 3400, from 100 to 100000)

Options:
  --help   print this

Exit code: 0 measured, 1 no figures to be had, 2 wrong usage.
`;

const SYSTEMS = startedWith(HELP, (args) => {
  const { positionals } = optionsAndWordsOf(args, {});
  const [systems = '3400', ...others] = positionals;
  if (others.length > 0) throw new WrongUsage(`SYSTEMS: one number, and not ${positionals.join(' ')}`);
  return wholeNumberIn('SYSTEMS', systems, { least: 100, most: 100_000 });
});
const FEW = 34;
const MORE = 340;
const ROUNDS = 9;
const LOOKUPS = 20_000;
const CODES = 3_400;
const ENTRIES = 20_000;

const nations: NationFigures[] = [];
for (const size of [FEW, MORE].filter((smaller) => smaller < SYSTEMS))
  nations.push((await measureNation(size)).figures);
const largest = await measureNation(SYSTEMS);
const figures: GrowthResult = {
  nations: [...nations, largest.figures],
  ...measureRouting(largest),
  starts: await measureStarts(),
  cache: await measureCache(ENTRIES),
};
process.stdout.write(`${JSON.stringify(figures, roundedFigure, 2)}\n`);

function roundedFigure(name: string, value: unknown): unknown {
  return typeof value === 'number' && name !== 'systems' ? rounded(value) : value;
}

/**
 * Nanoseconds to the adapter that answers for a code, by turns among few systems, among all of them for codes of few, and
 * among all. What the first two differ by is the search; what the last takes longer is colder memory, since codes of as
 * many systems touch as many entries, and those of a few lie in the processor's cache whatever lies beside them.
 */
function measureRouting({ state: all, systems }: MeasuredNation) {
  const some = systems.slice(0, FEW);
  const few = createRegistryState({
    adapters: some.map(({ manifest, text }) => {
      return { manifest, digest: text.slice(0, 43), stage: 'active', conformance: 'static' };
    }),
    mandates: [],
    baseline: all.policyOf('410000'),
    policies: new Map(),
  });
  const tables = [
    { state: few, codes: codesOf(some) },
    { state: all, codes: codesOf(some) },
    { state: all, codes: codesOf(systems) },
  ] as const;
  for (const table of tables) lookUp(table);
  const rounds = Array.from({ length: ROUNDS }, () => tables.map(lookUp));
  return {
    routing_few_ns: median(rounds.map(([of = 0]) => of)),
    routing_few_of_all_ns: median(rounds.map(([, ofSome = 0]) => ofSome)),
    routing_all_ns: median(rounds.map(([, , ofAll = 0]) => ofAll)),
    routing_ratio: median(rounds.map(([of = 1, ofSome = 0]) => ofSome / of)),
    routing_cold_ratio: median(rounds.map(([of = 1, , ofAll = 0]) => ofAll / of)),
  };
}

/** As many different ones of few systems as of many. */
function codesOf(some: readonly DivisionSystem[]): string[] {
  return Array.from({ length: CODES }, (_, at) => {
    const { code = '' } = some[at % some.length] ?? {};
    return code.slice(0, -8) + at.toString(16).padStart(8, '0');
  });
}

function lookUp({ state, codes }: { readonly state: RegistryState; readonly codes: readonly string[] }): number {
  const ms = cpuMs(() => {
    for (let at = 0; at < LOOKUPS; at += 1) {
      const found = state.recognise(codes[(at * 7919) % codes.length] ?? '');
      if (found === null || state.adapterOf(found) === undefined) throw new Error('a code was not recognised');
    }
  });
  return (ms * 1_000_000) / LOOKUPS;
}
