import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { portFreeOn } from '../sandbox/nation/free-port.ts';
import { PATIENCE_MS } from './patience.ts';
import { processesOf } from './processes-of.ts';
import { Terminal } from './terminal.ts';
import {
  EVERY_TERMINAL,
  missingLine,
  readWalkthrough,
  type WalkthroughStep,
  withValue,
} from './walkthrough-document.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'deploy/WALKTHROUGH.md');
const ADDRESSES = [2, 3, 4, 5, 6, 7].map((octet) => `127.0.0.${octet}`);
/** From one line to the next, on a machine that has other things to do. */
const STEP_WITHIN_MS = 2 * PATIENCE_MS;
const WHOLE_WITHIN_MS = 30 * PATIENCE_MS;

/** Terminals opened as they are typed into, each with what the document has typed into every one. */
class Desk {
  readonly #env: Readonly<Record<string, string>>;
  readonly #first: string;
  readonly #terminals = new Map<string, Terminal>();

  constructor(temp: string, first: string) {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(HUREN_|LC_|LANG|NODE_OPTIONS|VITEST)/.test(name),
    );
    this.#env = Object.fromEntries(
      [...inherited, ['TMPDIR', temp]].filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
    this.#first = first;
  }

  /** Types a block, and waits until what it has to print stands there. Throws naming the line that does not. */
  async type({ terminal: name, commands, prints, line }: WalkthroughStep): Promise<void> {
    const terminal = await this.#opened(name);
    const before = terminal.output.length;
    const printed = () => terminal.output.slice(before);
    try {
      await terminal.type(commands, STEP_WITHIN_MS);
      await terminal.shows(() => missingLine(printed(), prints) === null, STEP_WITHIN_MS);
    } catch {
      const missing = missingLine(printed(), prints) ?? 'the end of the commands';
      throw new Error(`line ${line}, ${name}: no ${missing}\n${printed().slice(-2_000)}`);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.close()));
  }

  async #opened(name: string): Promise<Terminal> {
    const known = this.#terminals.get(name);
    if (known !== undefined) return known;
    const terminal = new Terminal(ROOT, this.#env);
    this.#terminals.set(name, terminal);
    await terminal.type(this.#first, STEP_WITHIN_MS);
    return terminal;
  }
}

test(
  'the walk-through prints something else than it says, or leaves a process',
  async () => {
    const temp = mkdtempSync(join(tmpdir(), 'huren-walkthrough-'));
    onTestFinished(() => {
      for (const pid of processesOf(temp)) process.kill(pid, 'SIGKILL');
      rmSync(temp, { recursive: true, force: true });
    });
    const [first, ...steps] = readWalkthrough(DOCUMENT);
    if (first?.terminal !== EVERY_TERMINAL) throw new Error('the document does not begin with every terminal');
    const port = await portFreeOn(ADDRESSES, null);
    const settings = withValue(withValue(first.commands, 'PORT', String(port)), 'NATION', join(temp, 'nation'));
    const desk = new Desk(temp, settings);
    try {
      for (const step of steps) await desk.type(step);
    } finally {
      await desk.close();
    }
    expect(steps.length).toBeGreaterThan(30);
    expect(processesOf(temp)).toEqual([]);
  },
  WHOLE_WITHIN_MS,
);

test('a line that is not printed passes for printed', () => {
  expect(missingLine('one\ntwo (2 s)\nthree', ['one', 'two (…)', 'three'])).toBe(null);
  expect(missingLine('one\nthree', ['one', 'two (…)', 'three'])).toBe('two (…)');
  expect(missingLine('three\none', ['one', 'three'])).toBe('three');
  expect(missingLine('one more', ['one'])).toBe('one');
});
