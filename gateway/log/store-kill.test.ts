import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { randomFrom } from '../test/chaos/random.ts';
import { WHOLE_TEST_MS } from '../test/patience.ts';
import { findPostgres, startPostgres } from '../test/postgres.ts';
import type { LogStore } from './store.ts';
import { writtenEntry } from './store.writer.ts';
import { openOwnStore } from './store-postgres.fixture.ts';
import { openSqliteStore } from './store-sqlite.ts';
import { signHead, testLog } from './verify-log.contract.ts';
import { verifyLog } from './verify-log.ts';

const WRITER = join(import.meta.dirname, 'store.writer.ts');
/** How often each store's writer is killed, and what decides when; set STORE_KILLS=100 for the long run. */
const KILLS = Number(process.env['STORE_KILLS'] ?? 10);
const SEED = Number(process.env['STORE_KILLS_SEED'] ?? 20_220_613);
const TIMEOUT_MS = WHOLE_TEST_MS + KILLS * 5_000;

type Stored = { readonly name: string; readonly firstIndex: number; readonly append: number; readonly of: number };
type Writer = { readonly child: ChildProcess; readonly stored: Stored[]; readonly gone: Promise<unknown> };

function startWriter(kind: string, target: string, name: string, onStored: (count: number) => void): Writer {
  const child = spawn(process.execPath, [WRITER, kind, target, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stored: Stored[] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [word, firstIndex, append, of] = line.split(' ');
      if (word !== 'stored') continue;
      stored.push({ name, firstIndex: Number(firstIndex), append: Number(append), of: Number(of) });
      onStored(stored.length);
    }
  });
  return { child, stored, gone: once(child, 'close') };
}

/** Lets a writer store as often as `random` says, then ends it by `strike`, and gives what it had been told was stored. */
async function strikeWriter(
  kind: string,
  target: string,
  name: string,
  { random, strike }: { readonly random: () => number; readonly strike: (child: ChildProcess) => Promise<void> },
) {
  const enough = 1 + Math.floor(random() * 40);
  const reached = Promise.withResolvers<void>();
  const writer = startWriter(kind, target, name, (count) => count >= enough && reached.resolve());
  await Promise.race([reached.promise, writer.gone]);
  await strike(writer.child);
  await writer.gone;
  expect(writer.stored.length).toBeGreaterThanOrEqual(enough);
  return writer.stored;
}

async function expectAllStored(store: LogStore, stored: readonly Stored[]): Promise<void> {
  const { size } = await store.head();
  for (const { name, firstIndex, append, of } of stored) {
    expect(firstIndex + of, 'an acknowledged entry was lost').toBeLessThanOrEqual(size);
    const entries = Array.from({ length: of }, (_, place) => writtenEntry(name, append, place, of));
    expect(await store.read(firstIndex, firstIndex + of)).toEqual(entries);
  }
}

/** Every append is there whole or not at all: its entries follow one another from the first place to the last. */
async function expectNoHalfAppend(store: LogStore): Promise<void> {
  const { size } = await store.head();
  const entries = (await store.read(0, size)).map((entry) => new TextDecoder().decode(entry).split(' '));
  let next = 0;
  for (const [, , place, of] of entries) {
    expect(Number(place)).toBe(next);
    next = next + 1 === Number(of) ? 0 : next + 1;
  }
  expect(next).toBe(0);
}

async function expectVerifies(store: LogStore, keptElsewhere: string | undefined): Promise<string> {
  const note = await signHead(store);
  const log = { store, trust: testLog.trust, ...(keptElsewhere === undefined ? {} : { keptElsewhere }) };
  expect((await verifyLog(log)).findings).toEqual([]);
  return note;
}

async function killAgainAndAgain(
  kind: string,
  target: string,
  open: () => Promise<LogStore>,
  strike: (round: number, child: ChildProcess) => Promise<void>,
) {
  const random = randomFrom(SEED);
  const acknowledged: Stored[] = [];
  let note: string | undefined;
  for (let round = 0; round < KILLS; round += 1) {
    const struck = { random, strike: (child: ChildProcess) => strike(round, child) };
    acknowledged.push(...(await strikeWriter(kind, target, `writer${round}`, struck)));
    const store = await open();
    await expectAllStored(store, acknowledged);
    await expectNoHalfAppend(store);
    note = await expectVerifies(store, note);
    await store.close();
  }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
}

describe(`a writer killed at any moment (seed ${SEED})`, () => {
  test('sqlite loses an acknowledged entry, keeps half an append or stays locked', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'huren-kill-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'log.db');
    await killAgainAndAgain(
      'sqlite',
      path,
      async () => openSqliteStore(path),
      (_, child) => kill(child),
    );
  });

  test.skipIf(findPostgres() === undefined)(
    'postgres loses an acknowledged entry or keeps half an append, be it the writer or the server that dies',
    { timeout: TIMEOUT_MS },
    async () => {
      const server = await startPostgres();
      onTestFinished(() => server.stop());
      const connectionString = await server.createDatabase();
      const strike = (round: number, child: ChildProcess) => (round % 2 === 0 ? kill(child) : server.crashAndRestart());
      await killAgainAndAgain('postgres', connectionString, () => openOwnStore(connectionString), strike);
    },
  );
});
