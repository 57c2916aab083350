import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../test/free-port.ts';
import { PATIENCE_MS } from '../test/patience.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const WITHIN = { timeout: PATIENCE_MS, interval: 100 };

/** npm, its shell, huren.mjs, the gateway and its children, as somebody starts them at a terminal. */
interface Started {
  readonly npm: ChildProcess;
  readonly port: number;
  readonly pids: readonly number[];
}

const folders: string[] = [];
const started: Started[] = [];
afterEach(() => {
  for (const pid of started.splice(0).flatMap(({ pids }) => pids)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function startWithNpm(argv: readonly string[], processes: number): Promise<Started> {
  const dataDir = mkdtempSync(join(tmpdir(), 'huren-npm-'));
  folders.push(dataDir);
  const port = await freePort();
  // Without the variables of the npm that runs these tests, and in a process group of its own, as a terminal gives it.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|HUREN_)/i.test(name));
  const npm = spawn('npm', argv, {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), HUREN_PORT: String(port), HUREN_DATA_DIR: dataDir },
    stdio: 'ignore',
    detached: true,
  });
  const leader = npm.pid ?? 0;
  await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200), WITHIN);
  await vi.waitFor(() => expect(familyOf(leader).length).toBeGreaterThanOrEqual(processes), WITHIN);
  const family = { npm, port, pids: familyOf(leader) };
  started.push(family);
  return family;
}

async function expectGone({ port, pids }: Started): Promise<void> {
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), WITHIN);
  const socket = connect(port, '127.0.0.1');
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
}

/** A process with everything below it, by /proc. */
function familyOf(leader: number): number[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? parentOf(pid) : null;
    return parent === null ? [] : [[pid, parent] as const];
  });
  const below = (pid: number): number[] => [
    pid,
    ...parents.filter(([, above]) => above === pid).flatMap(([one]) => below(one)),
  ];
  return below(leader);
}

function parentOf(pid: number): number | null {
  const stat = statOf(pid);
  return stat === null ? null : Number(stat.parent);
}

function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  // Nobody waits for an orphan of a container without an init: it is gone all the same.
  return stat !== null && stat.state !== 'Z';
}

function statOf(pid: number): { readonly state: string; readonly parent: string } | null {
  try {
    const [, state = '', parent = ''] = /\) (\S) (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { state, parent };
  } catch {
    return null;
  }
}

describe.runIf(process.platform === 'linux')('a gateway that npm started', () => {
  test('outlives npm that is told to end, with its simulated provinces', async () => {
    const family = await startWithNpm(['start'], 5);
    process.kill(family.npm.pid ?? 0, 'SIGTERM');
    await expectGone(family);
  });

  const SERVE = ['run', '-s', 'huren', '--', 'serve'];

  test('outlives npm that is killed', async () => {
    const family = await startWithNpm(SERVE, 4);
    process.kill(family.npm.pid ?? 0, 'SIGKILL');
    await expectGone(family);
  });

  test('outlives its terminal', async () => {
    const family = await startWithNpm(SERVE, 4);
    process.kill(-(family.npm.pid ?? 0), 'SIGHUP');
    await expectGone(family);
  });

  test('outlives the wrapper that started it', async () => {
    const family = await startWithNpm(SERVE, 4);
    const wrapper = family.pids.find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('huren.mjs\0serve'),
    );
    process.kill(wrapper ?? 0, 'SIGKILL');
    await expectGone(family);
  });
});
