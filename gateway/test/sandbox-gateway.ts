import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type FoundedSandbox, takeFounded } from './founded-sandboxes.ts';
import { type ListeningProxy, startListeningProxy } from './listening-proxy.ts';
import { PATIENCE_MS } from './patience.ts';

/** A gateway in sandbox mode in a process of its own, on a free port, with a data directory of its own. */
export interface SandboxGateway {
  readonly url: string;
  readonly dataDir: string;
  /** Everything it has written so far, stdout and stderr. */
  readonly output: () => string;
  /** What was written when its nation was founded: by itself, or before its data were copied. */
  readonly founding: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Ends it the way Ctrl-C does, removes its data and gives its exit code, as often as it is asked. */
  readonly stop: () => Promise<number | null>;
}

const READY_WITHIN_MS = 4 * PATIENCE_MS;
const ROOT = resolve(import.meta.dirname, '../..');
const READY_LINE = /ready at (https?:\/\/\S+)\n[\s\S]*Ctrl-C/;

/** Starts `huren serve --sandbox` and waits until it says that it is ready. Throws with what it wrote instead. */
export async function startSandboxGateway(env: Readonly<Record<string, string>> = {}): Promise<SandboxGateway> {
  return await startFrom(await takeFounded(env, found), env, (port) => ({ HUREN_PORT: String(port) }));
}

/** The same behind somebody who listens: under the nation's own address, which `between` has, others reach it. */
export async function startOverheardSandbox(
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly between: ListeningProxy; readonly sandbox: SandboxGateway }> {
  const founded = await takeFounded(env, found);
  const between = await startListeningProxy('127.0.0.1', founded?.port);
  try {
    const sandbox = await startFrom(founded, env, () => ({ HUREN_PORT: '0', HUREN_ENTITY_ID: between.url }));
    between.target = sandbox.url;
    return { between, sandbox };
  } catch (error) {
    await between.stop();
    throw error;
  }
}

async function found(dataDir: string, port: number): Promise<string> {
  const settings = { HUREN_PORT: String(port), HUREN_DATA_DIR: dataDir, HUREN_LOG_LEVEL: 'warn' };
  const { end, output } = await startProcess(settings);
  await end();
  return output();
}

/** Starts it on a copy of what was founded, or founds it where it stands. */
async function startFrom(
  founded: FoundedSandbox | null,
  env: Readonly<Record<string, string>>,
  placeOf: (port: number) => Readonly<Record<string, string>>,
): Promise<SandboxGateway> {
  const dataDir = mkdtempSync(join(tmpdir(), 'huren-sandbox-'));
  founded?.copyTo(dataDir);
  const clean = () => {
    rmSync(dataDir, { recursive: true, force: true });
    founded?.giveBack();
  };
  try {
    const place = placeOf(founded?.port ?? 0);
    const { end, ...started } = await startProcess({ ...place, HUREN_DATA_DIR: dataDir, ...env });
    let stopped: Promise<number | null> | null = null;
    const stop = () => {
      stopped ??= end().finally(clean);
      return stopped;
    };
    const founding = () => founded?.output ?? started.output();
    return { ...started, dataDir, founding, stop };
  } catch (error) {
    clean();
    throw error;
  }
}

interface SandboxProcess extends Pick<SandboxGateway, 'url' | 'output' | 'signal'> {
  readonly end: () => Promise<number | null>;
}

async function startProcess(env: Readonly<Record<string, string>>): Promise<SandboxProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'gateway/cli/huren.ts'), 'serve', '--sandbox', '--lang', 'en'], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  // A test run that is cut short must not leave a gateway behind.
  const onExit = () => child.kill('SIGKILL');
  process.once('exit', onExit);
  const output = collectOutput(child);
  const end = async () => {
    process.off('exit', onExit);
    child.kill('SIGINT');
    await exited;
    return child.exitCode;
  };
  try {
    const signal = (name: NodeJS.Signals) => child.kill(name);
    return { url: await readyUrl(child, output), output, signal, end };
  } catch (error) {
    await end();
    throw error;
  }
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

function readyUrl(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolveUrl, reject) => {
    const fail = (what: string) => reject(new Error(`the sandbox gateway ${what}:\n${output()}`));
    const timer = setTimeout(() => fail('was not ready in time'), READY_WITHIN_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      fail('ended early');
    });
    child.stdout?.on('data', () => {
      const url = READY_LINE.exec(output())?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolveUrl(url);
    });
  });
}
