import { startedWith } from '../../program-options.ts';
import { withNation } from '../../sandbox/nation/run-nation.ts';
import { startChromium } from '../chromium.ts';
import { attentionInTime } from './attention-in-time.ts';
import { counted } from './counted.ts';
import { dashboard } from './dashboard.ts';
import { load } from './load.ts';
import { type DeskPart, HELP, readOptions } from './options.ts';
import type { DeskNotes, DeskRun } from './run.ts';

const PROVINCES = 4;
const PARTS: Readonly<Record<DeskPart, (notes: DeskNotes) => Promise<void>>> = {
  counted: inNation(counted),
  dashboard: inNation(dashboard),
  attention: inNation(attentionInTime),
  load,
};

const options = startedWith(HELP, readOptions);
const faults: string[] = [];
const say = (line: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
for (const name of options.parts) {
  const fault = (line: string) => {
    faults.push(line);
    say(`${name}: FAULT ${line}`);
  };
  const notes = { options, note: (line: string) => say(`${name}: ${line}`), fault };
  // What one part meets keeps no other from being looked at.
  await PARTS[name](notes).catch((error: unknown) => fault(`ended early: ${error}`));
}
say(`${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);

/** A nation of its own for a part: what another one killed, or had a breaker open for, would stand on its page. */
function inNation(part: (run: DeskRun) => Promise<void>): (notes: DeskNotes) => Promise<void> {
  return async (notes) => {
    const browser = await startChromium();
    const watch = { stopped: new AbortController().signal, onEnded: () => {} };
    const scanner = () => Promise.reject(new Error('nobody scans by the command line here'));
    const onStep = ({ en }: { readonly en: string }) => notes.note(en);
    const wish = { nodes: PROVINCES, dir: null, port: null, scanner, onStep, ...watch };
    await withNation(wish, async (nation) => part({ ...notes, nation, browser }));
    await browser.close();
  };
}
