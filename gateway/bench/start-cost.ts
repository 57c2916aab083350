import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { request } from 'undici';
import { portFreeOn } from '../sandbox/nation/free-port.ts';
import { HurenCommands } from '../sandbox/nation/huren-command.ts';
import { createTestCa } from '../sandbox/test-ca.ts';
import { trustCaFile } from '../upstream/ca-file.ts';
import { BenchError } from './bench-error.ts';
import { median } from './statistics.ts';

/** Milliseconds of processor time of one process from nothing until it is ready, and what it holds then. */
export interface StartFigures {
  /** In an empty directory: a sandbox founds its nation then, a gateway reads the registry's log. */
  readonly first_ms: number;
  /** The middle one of some later starts: from its data, with a snapshot of the registry. */
  readonly again_ms: number;
  readonly resident_mb: number;
}

const HUREN = join(import.meta.dirname, '../cli/huren.ts');
const HOST = '127.0.0.1';
const PROVINCE = '440000';
const LATER_STARTS = 3;
const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 25;
/** What the kernel counts processor time in (`sysconf(_SC_CLK_TCK)`), on every Linux that node runs on. */
const TICKS_A_SECOND = 100;

/**
 * What `huren serve` takes until it is ready: the sandbox's gateway alone, without its simulated systems, and a
 * province's gateway of the role `destination` that follows that sandbox's registry. Linux only.
 */
export async function measureStarts(): Promise<{ readonly sandbox: StartFigures; readonly destination: StartFigures }> {
  const folder = mkdtempSync(join(tmpdir(), 'huren-starts-'));
  const commands = new HurenCommands(new AbortController().signal);
  try {
    const secure = await makeSecure(folder);
    const nation = await placeIn(join(folder, 'nation'), secure);
    const sandbox = await figuresOf(nation, ['--sandbox']);
    const running = await start(nation, ['--sandbox']);
    try {
      const gateway = await placeIn(join(folder, 'gateway'), secure);
      await admit(commands, gateway, nation);
      const settings = {
        HUREN_ROLES: 'destination',
        HUREN_ENTITY_ID: gateway.url,
        HUREN_ANCHOR_FILE: join(nation.env.HUREN_DATA_DIR, 'anchor.json'),
        HUREN_LOG_URL: nation.url,
        HUREN_NETWORKS: '127.0.0.0/8',
      };
      return { sandbox, destination: await figuresOf({ ...gateway, env: { ...gateway.env, ...settings } }, []) };
    } finally {
      await running.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Secure = Readonly<Record<'HUREN_CA_FILE' | 'HUREN_TLS_CERT_FILE' | 'HUREN_TLS_KEY_FILE', string>>;

interface Place {
  readonly url: string;
  readonly env: Secure & Readonly<Record<'HUREN_DATA_DIR' | 'HUREN_HOST' | 'HUREN_PORT' | 'HUREN_LOG_LEVEL', string>>;
}

/** Outside of a sandbox nobody is reached but over TLS. */
async function makeSecure(folder: string): Promise<Secure> {
  const ca = await createTestCa();
  const { certPem, keyPem } = await ca.issue({ names: [], addresses: [HOST] });
  const written = (name: string, pem: string) => {
    const file = join(folder, name);
    writeFileSync(file, pem, { mode: 0o600 });
    return file;
  };
  const HUREN_CA_FILE = written('ca.pem', ca.caPem);
  trustCaFile(HUREN_CA_FILE);
  return {
    HUREN_CA_FILE,
    HUREN_TLS_CERT_FILE: written('cert.pem', certPem),
    HUREN_TLS_KEY_FILE: written('key.pem', keyPem),
  };
}

async function placeIn(HUREN_DATA_DIR: string, secure: Secure): Promise<Place> {
  const port = await portFreeOn([HOST], null);
  const where = { HUREN_DATA_DIR, HUREN_HOST: HOST, HUREN_PORT: String(port), HUREN_LOG_LEVEL: 'error' };
  return { url: `https://${HOST}:${port}`, env: { ...secure, ...where } };
}

/** As an operator does it: the gateway's request, which its province admits. */
async function admit(commands: HurenCommands, gateway: Place, nation: Place): Promise<void> {
  const { HUREN_DATA_DIR: dataDir } = gateway.env;
  const file = join(dataDir, 'gateway.request');
  const own = { HUREN_DATA_DIR: dataDir };
  const superior = `${nation.url}/provinces/${PROVINCE}`;
  await commands.step(
    [
      ...['authority', 'init', '--kind', 'gateway', '--entity', gateway.url],
      ...['--superior', superior, '--province', PROVINCE],
    ],
    own,
  );
  await commands.step(['authority', 'request', '--owner', 'gateway', '--out', file], own);
  await commands.step(['authority', 'admit', file, '--yes', '--as', `province:${PROVINCE}`], {
    HUREN_DATA_DIR: nation.env.HUREN_DATA_DIR,
    HUREN_CA_FILE: nation.env.HUREN_CA_FILE,
    HUREN_URL: nation.url,
  });
}

async function figuresOf(place: Place, argv: readonly string[]): Promise<StartFigures> {
  const first = await startedAndStopped(place, argv);
  const later: Started[] = [];
  for (let at = 0; at < LATER_STARTS; at += 1) later.push(await startedAndStopped(place, argv));
  return {
    first_ms: first.cpuMs,
    again_ms: median(later.map(({ cpuMs }) => cpuMs)),
    resident_mb: median(later.map(({ residentMb }) => residentMb)),
  };
}

interface Started {
  readonly cpuMs: number;
  readonly residentMb: number;
  readonly stop: () => Promise<void>;
}

async function startedAndStopped(place: Place, argv: readonly string[]): Promise<Started> {
  const started = await start(place, argv);
  await started.stop();
  return started;
}

/** Throws BenchError `child_failed` with what it still lacks, where it ends or does not become ready in time. */
async function start({ url, env }: Place, argv: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [HUREN, 'serve', ...argv], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  const { pid = 0 } = child;
  const untilMs = performance.now() + READY_WITHIN_MS;
  try {
    for (;;) {
      const { isReady, said } = await readiness(url);
      if (isReady) return { ...usedBy(pid), stop: () => stop(child) };
      if (hasEnded(child) || performance.now() > untilMs) {
        throw new BenchError('child_failed', `huren serve did not start: ${said}`);
      }
      await setTimeout(LOOK_EVERY_MS);
    }
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function readiness(url: string): Promise<{ readonly isReady: boolean; readonly said: string }> {
  try {
    const { statusCode, body } = await request(`${url}/readyz`);
    return { isReady: statusCode === 200, said: await body.text() };
  } catch {
    return { isReady: false, said: 'no answer' };
  }
}

/** proc(5): user and system time are the 14th and 15th field; a name before them may hold anything but a bracket. */
function usedBy(pid: number): Pick<Started, 'cpuMs' | 'residentMb'> {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const [, residentKb = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return { cpuMs: (ticks * 1_000) / TICKS_A_SECOND, residentMb: Number(residentKb) / 1_000 };
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
