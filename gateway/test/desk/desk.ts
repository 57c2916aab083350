/**
 * `npm run desk`: the national desk at length. Scans with known outcomes over a nation of four provinces whose nodes and
 * monitor are killed meanwhile; what must reach the top of the page within ten seconds; the dashboard's queries; and a
 * monitor that 272 simulated nodes report to. `npm run desk -- counted load` runs those parts alone.
 */
import { withNation } from '../../sandbox/nation/run-nation.ts';
import { startChromium } from '../chromium.ts';
import { attentionInTime } from './attention-in-time.ts';
import { counted } from './counted.ts';
import { dashboard } from './dashboard.ts';
import { load } from './load.ts';
import { readOptions } from './options.ts';
import type { DeskNotes, DeskRun } from './run.ts';

const PROVINCES = 4;
/** In this order: what is broken for good comes last. */
const OF_A_NATION: ReadonlyMap<string, (run: DeskRun) => Promise<void>> = new Map([
  ['counted', counted],
  ['dashboard', dashboard],
  ['attention', attentionInTime],
]);
const ALONE: ReadonlyMap<string, (run: DeskNotes) => Promise<void>> = new Map([['load', load]]);

const options = readOptions(process.argv.slice(2));
const names = [...OF_A_NATION.keys(), ...ALONE.keys()];
const unknown = options.only.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`there is no part ${unknown}; there are ${names.join(', ')}`);
const isWanted = (name: string) => options.only.length === 0 || options.only.includes(name);

const faults: string[] = [];
const say = (line: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const notesOf = (name: string): DeskNotes => ({
  options,
  note: (line) => say(`${name}: ${line}`),
  fault: (line) => {
    faults.push(line);
    say(`${name}: FAULT ${line}`);
  },
});

const played = [...OF_A_NATION].filter(([name]) => isWanted(name));
if (played.length > 0) {
  const browser = await startChromium();
  const watch = { stopped: new AbortController().signal, onEnded: () => {} };
  const scanner = () => Promise.reject(new Error('nobody scans by the command line here'));
  const onStep = ({ en }: { readonly en: string }) => say(en);
  await withNation({ nodes: PROVINCES, dir: null, port: null, scanner, onStep, ...watch }, async (nation) => {
    for (const [name, part] of played) await part({ ...notesOf(name), nation, browser });
  });
  await browser.close();
}
for (const [name, part] of ALONE) if (isWanted(name)) await part(notesOf(name));
say(`${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
