import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TWO_WORKERS } from '../compose/two-workers.fixture.ts';
import { killAtExit } from '../test/kill-at-exit.ts';
import { PATIENCE_MS } from '../test/patience.ts';

const GATEWAY = new URL('./serving.fixture.ts', import.meta.url);
const WITHIN = { timeout: PATIENCE_MS, interval: 50 };

test('a process that cannot be started again, or why a restart ended, is told to nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'huren-serving-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fault = join(folder, 'fault');
  const gateway = spawn(process.execPath, [GATEWAY.pathname, fault], {
    env: { PATH: process.env['PATH'], ...TWO_WORKERS },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  killAtExit(gateway);
  // However the test ends.
  onTestFinished(() => void gateway.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    gateway[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
    });
  }
  await expect.poll(() => said.stdout, WITHIN).toMatch(/^serving: \d+ \d+\n/);
  writeFileSync(fault, 'SIGKILL');
  process.kill(Number(/\d+/.exec(said.stdout)?.[0]), 'SIGKILL');
  await expect.poll(() => said.stderr, WITHIN).toContain('a worker ended early (SIGKILL)');
  writeFileSync(fault, 'HUREN_KEYS: the token is away');
  const line =
    /\{"level":50,[^\n]+"reason":"HUREN_KEYS: the token is away","msg":"a worker could not be started again"\}\n/;
  await expect.poll(() => said.stderr, WITHIN).toMatch(line);
  // Whoever dies while it starts is not told as another one that died: each would be started again twice.
  expect(said.stderr.split('"msg":"a worker died"')).toHaveLength(2);
  gateway.kill('SIGHUP');
  const ended =
    'the restart did not complete: not ready within 30 s: chain_unverified; the processes that were not replaced go on\n';
  await expect.poll(() => said.stdout, WITHIN).toContain(ended);
  const saidBefore = said.stderr.length;
  gateway.kill('SIGTERM');
  expect(await once(gateway, 'exit')).toEqual([0, null]);
  expect(said.stderr.slice(saidBefore)).not.toContain('ended early');
});
