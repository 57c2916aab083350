import { caseOf, scanCosts } from './capacity-costs.ts';
import type { CapacityFigures } from './capacity-figures.ts';
import { entriesSection, startSection, surgeSection, systemsSection } from './capacity-growth.ts';
import { NATIONWIDE_PER_SECOND, REPEATED_SHARES } from './capacity-plots.ts';
import { table } from './markdown-table.ts';
import type { RateResult } from './open-loop-result.ts';
import { bytesRemembered, coresFor, perCore, USED_SHARE } from './projection.ts';
import { rounded } from './statistics.ts';

/** How long a province's answer is fresh in the shipped manifests. */
const FRESH_S = 60;
/** Guangdong, the most populous province, had 126 of 1,412 million inhabitants in the census of 2020. */
const LARGEST_SHARE = 126 / 1_412;

/** deploy/capacity.md. */
export function capacityPage(figures: CapacityFigures): string {
  const { bench, measured_on, growth, surge } = figures;
  const { cpu, cores, memory_gb, os, load_before } = figures.sweep.machine;
  const isBusy = load_before > cores / 2;
  return `# Capacity

Written by \`npm run capacity\` from what the benchmark printed (\`capacity.json\`, beside this page); nothing here is typed by
hand. Measured on ${measured_on}: ${cpu}, ${cores} cores, ${memory_gb} GB, ${os}, node ${bench.node}. Client, gateway, node and
provinces shared those cores, on loopback, without TLS, Redis or PostgreSQL. Before it began, ${load_before} processes wanted a core:
${isBusy ? 'the machine was busy with other work, so these figures show how the page looks, and nothing may be bought by them.' : 'the machine was free.'}
Another machine has other figures, and nearly the same ratios: run it on yours.

# What was measured

## A scan

${table(
  ['case', 'us of processor time', 'of it at the node', 'a second', 'p50 ms', 'p99 ms', 'operations'],
  bench.cases.map((one) => [
    one.name,
    one.cpu_us_per_op,
    one.issuer_cpu_us_per_op ?? '',
    one.rps,
    one.p50_ms,
    one.p99_ms,
    one.operations,
  ]),
)}

\`npm run bench -- --help\` says what each case is. Every statement is signed by its province, but for \`cold-plain\`.

${table(
  ['ratio', 'median', 'half of the rounds lie between'],
  Object.entries(bench.ratios).map(([name, ratio]) => [name, ratio, (bench.quartiles[name] ?? []).join(' and ')]),
)}

## Provinces and their systems

${table(
  ['systems', 'ns to find the one of a code'],
  figures.sweep.systems.map((one) => [one.systems, one.lookup_ns]),
)}

${systemsSection(growth)}

## Connections

${table(
  ['clients', 'us of processor time', 'cold scans a second', 'p50 ms', 'p99 ms'],
  figures.sweep.connections.map((one) => [one.connections, one.cpu_us_per_op, one.rps, one.p50_ms, one.p99_ms]),
)}

![cost by connections](capacity-connections.svg)

## Remembered answers

${table(
  ['answers more', 'MB kept by the process', 'us of a repeated scan'],
  figures.sweep.entries.map((one) => [one.entries, one.kept_mb, one.cpu_us_per_repeat]),
)}

Beside those of a warm-up of ten thousand scans. An answer takes ${figures.sweep.bytes_per_entry} bytes, whatever
else a scan leaves behind included.

${entriesSection(growth)}

![cost by entries](capacity-entries.svg)

## Events of the registry

${logSection(figures)}

${startSection(growth)}

${surgeSection(surge)}

## Instances

${instancesSection(figures)}

## Waiting for each other

Questions between a gateway and a node that answers after ${figures.open_loop.answer_after_ms} ms, at a pace of their own: until
they are written. A timer that is late is the machine's doing, and is in the wait.

${waitsTable(figures.open_loop.questions, 'questions', 'a request')}

Attestations that are signed with one signature for those of a turn of the event loop: until the token is there.

${waitsTable(figures.open_loop.signatures, 'tokens', 'a signature')}

# What is projected

Arithmetic on the figures above, with ${USED_SHARE * 100} % of a core in use; the rest is for surges, collections and the
operating system. Nobody has run it.

${projection(figures)}
`;
}

function waitsTable(rates: readonly RateResult[], what: string, inOne: string): string {
  return table(
    [
      `${what} a second`,
      inOne,
      'wait p50 ms',
      'wait p99 ms',
      'one by one, p50 ms',
      'one by one, p99 ms',
      'timer late p99 ms',
    ],
    rates.map(({ per_second, alone, together }) => [
      per_second,
      together.in_one,
      together.waited_p50_ms,
      together.waited_p99_ms,
      alone.waited_p50_ms,
      alone.waited_p99_ms,
      together.late_p99_ms,
    ]),
  );
}

function logSection({ bench: { log } }: CapacityFigures): string {
  if (log === undefined) throw new Error('the log was not measured');
  return `${table(
    ['events', 's to verify all', 'us for an inclusion proof, made and verified'],
    log.sizes.map((one) => [one.entries, one.verify_s, one.prove_and_verify_us]),
  )}

Appending takes ${log.append_us_per_entry} us an event in the store. A gateway that follows the largest of these logs starts in
${log.start_from_snapshot_s} s from its snapshot, in ${log.start_without_snapshot_s} s without one.

![cost by events](capacity-log.svg)`;
}

function instancesSection(figures: CapacityFigures): string {
  const [one, two] = [caseOf(figures, 'repeat'), caseOf(figures, 'repeat-two-instances')];
  return `${table(
    ['instances', 'repeated scans a second', 'us of processor time'],
    [
      [1, one.rps, one.cpu_us_per_op],
      [2, two.rps, two.cpu_us_per_op],
    ],
  )}

The client has to share ${figures.bench.machine.cores} cores with them. Instances share nothing but stores, so what tells
whether two do twice as much is the processor time of a scan, which should not grow.

![cost by instances](capacity-instances.svg)`;
}

function projection(figures: CapacityFigures): string {
  const costs = scanCosts(figures);
  const { bytes_per_entry } = figures.sweep;
  const perCoreRows = (['repeat', 'cold', 'cold-merkle', 'batch-merkle'] as const).map((name) => {
    const { cpu_us_per_op } = caseOf(figures, name);
    return [name, cpu_us_per_op, rounded(perCore(cpu_us_per_op))];
  });
  const nodeRow = ['a node that is asked in batches', rounded(costs.issuerUs), rounded(perCore(costs.issuerUs))];
  return `## One core

${table(['what it does', 'us of processor time', 'scans a second'], [...perCoreRows, nodeRow])}

## ${NATIONWIDE_PER_SECOND.toLocaleString('en')} scans a second in the whole country

A new scan costs ${rounded(costs.destinationUs)} us at the venue's gateway and ${rounded(costs.issuerUs)} us at the province's node
(\`federated-cold-batched\`), a repeated one ${costs.repeatUs} us at the gateway (\`repeat\`). How many are repeated within
${FRESH_S} seconds at the same gateway is what nobody knows beforehand: a person who enters one venue after another is, a crowd
at a station is not.

${table(
  [
    'answered from memory',
    "cores of venues' gateways",
    "cores of provinces' nodes",
    'cores in all',
    'of it in the largest province',
    'GB remembered in all',
  ],
  REPEATED_SHARES.map((share) => {
    const { destination, issuer, all } = coresFor(NATIONWIDE_PER_SECOND, costs, share);
    const remembered = bytesRemembered(NATIONWIDE_PER_SECOND * (1 - share), FRESH_S, bytes_per_entry);
    return [
      `${share * 100} %`,
      Math.ceil(destination),
      Math.ceil(issuer),
      Math.ceil(all),
      Math.ceil(all * LARGEST_SHARE),
      rounded(remembered / 1e9),
    ];
  }),
)}

![cores for the nation](capacity-nation.svg)

The largest province is taken to have ${(LARGEST_SHARE * 100).toFixed(1)} % of the scans, as it has of the inhabitants, both as
the venues' and as the issuer. To be added: TLS on every connection, Redis where instances share answers, what the provinces'
own systems cost, and a second site.`;
}
