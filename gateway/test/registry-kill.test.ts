import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { parseVerifierKey } from '../log/note.ts';
import { openSqliteReader } from '../log/store-sqlite.ts';
import { verifyLog } from '../log/verify-log.ts';
import { entryChecker, type GenesisRule } from '../registry/apply-entry.ts';
import { randomFrom } from './chaos/random.ts';
import { freePort } from './free-port.ts';
import { killAtExit } from './kill-at-exit.ts';
import { PATIENCE_MS, WHOLE_TEST_MS } from './patience.ts';
import { tempFolder } from './registry-site.fixture.ts';

const PROCESS = join(import.meta.dirname, 'registry-process.writer.ts');
/** How often each side is killed; set REGISTRY_KILLS=100 for the long run. */
const KILLS = Number(process.env['REGISTRY_KILLS'] ?? 6);
const TIMEOUT_MS = WHOLE_TEST_MS + KILLS * 10_000;

interface Running {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly gone: Promise<unknown>;
}

function start(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [PROCESS, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  killAtExit(child);
  // One that is left behind by a test that failed would hold its output open, and the whole run with it.
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const whole = (rest + chunk).split('\n');
    rest = whole.pop() ?? '';
    lines.push(...whole);
  });
  return { child, lines, gone: once(child, 'close') };
}

async function kill({ child, gone }: Running): Promise<void> {
  child.kill('SIGKILL');
  await gone;
}

const numbersOf = ({ lines }: Running, word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));
const wait = (ready: () => void) => vi.waitFor(ready, { timeout: PATIENCE_MS, interval: 5 });
/** Where processes are killed: the same places each time. */
const random = randomFrom(12);
const some = () => 1 + Math.floor(random() * 30);

function genesisOf({ lines }: Running): string {
  return lines.find((line) => line.startsWith('genesis '))?.slice('genesis '.length) ?? '';
}

function trustIn(genesis: string) {
  const rule: GenesisRule = JSON.parse(genesis);
  const trust = { origin: 'registry.example/log', logKeys: (rule.logKeys ?? []).map(parseVerifierKey), witnesses: [] };
  return { rule, trust };
}

/** Every entry of a folder's store is decided again, and no state was ever in force that its kept checkpoint lacks. */
async function expectWhole(folder: string, genesis: string, known: number): Promise<void> {
  const { rule, trust } = trustIn(genesis);
  const kept = readFileSync(join(folder, 'last-checkpoint.txt'), 'utf8');
  expect(verifyCheckpoint(kept, trust).size).toBeGreaterThanOrEqual(known);
  const store = openSqliteReader(join(folder, 'log.sqlite'));
  const audit = await verifyLog({ store, trust, keptElsewhere: kept, checkEntry: entryChecker(rule).check });
  await store.close();
  expect(audit.findings).toEqual([]);
}

test('a follower killed at a random moment forgets a state that was in force, or starts on half a step', {
  timeout: TIMEOUT_MS,
}, async () => {
  const [folder, port] = [tempFolder(onTestFinished), await freePort()];
  const writer = start('write', tempFolder(onTestFinished), String(port));
  await wait(() => expect(numbersOf(writer, 'logged').length).toBeGreaterThan(0));
  const genesis = genesisOf(writer);
  let known = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const follows = start('follow', folder, `http://127.0.0.1:${port}`, genesis);
    await wait(() => expect(numbersOf(follows, 'at').length).toBeGreaterThan(0));
    expect(numbersOf(follows, 'at')[0]).toBeGreaterThanOrEqual(known);
    const enough = some();
    await wait(() => expect(numbersOf(follows, 'at').length).toBeGreaterThan(enough));
    await kill(follows);
    known = numbersOf(follows, 'at').at(-1) ?? 0;
    expect(follows.lines.filter((line) => line.startsWith('fault'))).toEqual([]);
    await expectWhole(folder, genesis, known);
  }
});

test('a registry killed at a random moment loses what it acknowledged, or its followers report a fork', {
  timeout: TIMEOUT_MS,
}, async () => {
  const [folder, port] = [tempFolder(onTestFinished), await freePort()];
  let writer = start('write', folder, String(port));
  await wait(() => expect(numbersOf(writer, 'logged').length).toBeGreaterThan(0));
  const genesis = genesisOf(writer);
  const follows = start('follow', tempFolder(onTestFinished), `http://127.0.0.1:${port}`, genesis);
  for (let round = 0; round < KILLS; round += 1) {
    const enough = some();
    await wait(() => expect(numbersOf(writer, 'logged').length).toBeGreaterThan(enough));
    await kill(writer);
    const acknowledged = (numbersOf(writer, 'logged').at(-1) ?? 0) + 1;
    await expectWhole(folder, genesis, acknowledged);
    writer = start('write', folder, String(port));
    await wait(() => expect(numbersOf(follows, 'at').at(-1)).toBeGreaterThan(acknowledged));
  }
  await kill(writer);
  expect(follows.lines.filter((line) => line.startsWith('fault'))).toEqual([]);
  expect(parseCheckpoint(readFileSync(join(folder, 'last-checkpoint.txt'), 'utf8')).size).toBeGreaterThan(KILLS);
});
