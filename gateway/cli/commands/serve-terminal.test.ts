import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../test/free-port.ts';
import { killAtExit } from '../../test/kill-at-exit.ts';

const WITHIN = { timeout: 30_000, interval: 100 };
const LIMIT = 512;
/** As a shell starts it whose limit on open files is low. Node raises what may be raised, so both limits are. */
const SERVE = `ulimit -n ${LIMIT}; exec '${process.execPath}' '${join(import.meta.dirname, '../huren.ts')}' serve --lang en`;
const TOO_LOW = 'the limit on open files is too low: raise it with ulimit -n, LimitNOFILE or --ulimit';
const lineSchema = z.looseObject({ level: z.number(), msg: z.string() });

/** A node that somebody started, and what it has written to its terminal, or to whatever stands in for one. */
interface Started {
  readonly url: string;
  readonly said: () => string;
  readonly stop: () => Promise<void>;
}

async function start(program: string, argv: readonly string[]): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'huren-terminal-'));
  const port = String(await freePort());
  const child = spawn(program, argv, {
    env: { PATH: process.env['PATH'], HUREN_PORT: port, HUREN_DATA_DIR: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  killAtExit(child);
  const said = collected(child);
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200), WITHIN);
  // A request that somebody could be told about.
  expect((await fetch(`${url}/v1/coverage`)).status).toBe(200);
  const stop = async () => {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, said, stop };
}

function collected(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

describe.runIf(process.platform === 'linux')('a node that was started by hand, with too few open files', () => {
  let onTerminal: Started;
  let elsewhere: Started;
  beforeAll(async () => {
    onTerminal = await start('script', ['-qefc', SERVE, '/dev/null']);
    elsewhere = await start('sh', ['-c', SERVE]);
  });
  afterAll(async () => {
    await Promise.all([onTerminal, elsewhere].map(({ stop }) => stop()));
  });

  test('writes JSON to a terminal, or a line for each request', async () => {
    const warning = `warn  ${TOO_LOW}  limit=${LIMIT}  needed=1024`;
    await expect.poll(onTerminal.said, WITHIN).toContain(warning);
    expect(onTerminal.said()).not.toMatch(/[{}]|info |\/v1\/coverage/);
  });

  test('writes for people where a program reads, or leaves requests out there', async () => {
    const lines = () =>
      elsewhere
        .said()
        .split('\n')
        .filter((line) => line.startsWith('{'));
    const logged = () => lines().map((line) => lineSchema.parse(JSON.parse(line)));
    await expect
      .poll(logged, WITHIN)
      .toContainEqual(expect.objectContaining({ msg: 'request', route: '/v1/coverage' }));
    expect(logged()).toContainEqual(expect.objectContaining({ level: 40, msg: TOO_LOW, limit: LIMIT, needed: 1_024 }));
    expect(elsewhere.said()).not.toMatch(/\d\d:\d\d:\d\d (?:info|warn)/);
  });

  test('does not say in its readiness that connections will fail', async () => {
    const { degraded } = z
      .looseObject({ degraded: z.array(z.unknown()) })
      .parse(await (await fetch(`${elsewhere.url}/readyz`)).json());
    expect(degraded).toContainEqual({ resource: 'open_files', limit: LIMIT, needed: 1_024 });
  });
});
