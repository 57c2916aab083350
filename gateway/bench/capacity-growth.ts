import type { GrowthResult, NationFigures } from './growth-result.ts';
import { table } from './markdown-table.ts';
import type { SurgeResult } from './surge-result.ts';

const KINDS = [
  ['green', 'a green'],
  ['red', 'a red'],
  ['signed_red', 'a red whose three steps are signed'],
  ['long_id', 'a green whose holder is named by 256 characters'],
] as const;

/** What a nation costs by how many of its provinces, prefectures and counties have a system of their own. */
export function systemsSection({ nations, ...growth }: GrowthResult): string {
  const row = (what: string, value: (one: NationFigures) => number) => [what, ...nations.map(value)];
  return `A registry of so many systems, in a log of its own (\`npm run growth\`); milliseconds are of processor time:

${table(
  ['systems', ...nations.map(({ systems }) => systems.toLocaleString('en'))],
  [
    row('events in the log', ({ entries }) => entries),
    row('ms to read the registry without a snapshot', ({ replay_ms }) => replay_ms),
    row('ms to read it from its snapshot', ({ start_ms }) => start_ms),
    row('ms for one event, until everybody is answered by it', ({ change_ms }) => change_ms),
    row('ms for the list of all adapters', ({ list_ms }) => list_ms),
    row('breakers open', ({ breakers }) => breakers.open),
    row('ms of a second at rest, with those open', ({ breakers }) => breakers.idle_ms_a_second),
    row('bytes of a system that nobody asks', ({ breakers }) => breakers.bytes_a_system),
    row('bytes more of one whose breaker is open', ({ breakers }) => breakers.bytes_asked),
  ],
)}

![cost by systems](capacity-systems.svg)

${table(
  ['which system a code is of', 'ns'],
  [
    ['among 34 systems', growth.routing_few_ns],
    ['among all, for codes of 34', growth.routing_few_of_all_ns],
    ['among all, for codes of all', growth.routing_all_ns],
  ],
)}

The search is the same: what the last takes longer is memory that the processor has not in its cache, as codes of so many
systems touch as many entries.`;
}

/** Bytes of a remembered answer by what it says. */
export function entriesSection(growth: GrowthResult): string {
  return table(
    ['an answer by itself', 'bytes'],
    KINDS.map(([kind, words]) => [words, Math.round(growth.cache[kind].bytes_an_entry)]),
  );
}

/** What a start takes. */
export function startSection({ starts }: GrowthResult): string {
  const row = (what: string, { first_ms, again_ms, resident_mb }: (typeof starts)['sandbox']) => {
    return [what, first_ms, again_ms, resident_mb];
  };
  return `## Starting

\`huren serve\` from nothing until \`/readyz\` says that it is ready, in milliseconds of processor time of its process:

${table(
  ['process', 'in an empty directory', 'from its data', 'MB resident'],
  [
    row("the sandbox's gateway, every role", starts.sandbox),
    row("a province's gateway (`destination`)", starts.destination),
  ],
)}

In an empty directory the sandbox founds its nation: keys, ceremony and log.`;
}

/** A gateway at rest, at 70 % of what it bears, and in a surge. */
export function surgeSection(figures: SurgeResult): string {
  const { at_rest, at_70_percent, before, surge, after } = figures;
  const { stalls } = at_70_percent;
  return `## At rest, under load and in a surge

${table(
  ['one gateway', 'MB resident', 'MB of heap'],
  [
    [`at rest (${at_rest.cpu_ms_per_s} ms of processor time a second)`, at_rest.resident_mb, at_rest.heap_mb],
    [
      `at 70 % of what it bears (${at_70_percent.per_s} scans a second)`,
      at_70_percent.resident_mb,
      at_70_percent.heap_mb,
    ],
  ],
)}

${table(
  ['how long a turn of its event loop was kept up, at 70 %', 'p99 ms', 'max ms'],
  [
    ['by the clock on the wall', stalls.late_p99_ms, stalls.late_max_ms],
    ['by its own processor time', stalls.busy_p99_ms, stalls.busy_max_ms],
    ['the same, where it was scheduled all the time', '', stalls.own_max_ms],
  ],
)}

What is late and not busy was not scheduled, since client and gateway share this machine, and then has more to do at once: the
last line is the gateway's own doing. The longest collection took
${stalls.collection_max_ms} ms.

${table(
  ['of what it bears', 'scans a second', 'answer, p99 ms', 'turn late, p99 ms', 'longest own turn, ms'],
  figures.loads.map((one) => {
    return [`${one.share * 100} %`, one.per_s, one.answered_p99_ms, one.late_p99_ms, one.own_max_ms];
  }),
)}

![stalls by load](capacity-stalls.svg)

${table(
  ['repeated scans, ten times as many for some seconds', 'arrived', 'answered', 'turned away', 'p50 ms', 'p99 ms'],
  [
    ['before', ...paceOf(before)],
    ['in the surge', ...paceOf(surge)],
    ['after it', ...paceOf(after)],
  ],
)}

![a surge](capacity-surge.svg)

All was well again ${figures.recovered_ms} ms after the surge: from then on there was no quarter of a second in which one of a
hundred waited for more than 50 ms, or for twice what was usual before.`;
}

function paceOf({ arrived, answered, turned_away, p50_ms, p99_ms }: SurgeResult['before']) {
  return [arrived, `${(answered * 100).toFixed(1)} %`, turned_away, p50_ms, p99_ms];
}
