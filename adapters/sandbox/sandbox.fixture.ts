import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Fault } from '../../schemas/sandbox.ts';
import { type Adapter, openAdapter } from '../adapter.ts';
import type { DriverContext, UpstreamFetch } from '../drivers/driver.ts';
import { loadProvinces } from '../provinces/index.ts';
import { UpstreamError } from '../upstream-error.ts';
import { askControl, type ControlReply, callControl } from './control-client.ts';
import { childMessageSchema, type ReadyMessage, type SandboxUpstream } from './protocol.ts';

/** A forked sandbox for tests, with its own data directory. */
export interface ForkedSandbox {
  readonly child: ChildProcess;
  readonly ready: ReadyMessage;
  readonly dataDir: string;
  readonly stop: () => Promise<void>;
}

export const AUDIENCE = 'http://127.0.0.1:8080';
export const ENTITY_OF_HENAN = 'http://127.0.0.1:8080/entities/410000';

/** Forks the real child and waits until it is ready; throws what it says if it fails. */
export async function forkSandbox(dataDir = mkdtempSync(join(tmpdir(), 'huren-sandbox-'))): Promise<ForkedSandbox> {
  const child = fork(new URL('main.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const answered = new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
  child.send({ type: 'start', dataDir, audience: AUDIENCE, entityIds: { '410000': ENTITY_OF_HENAN } });
  const message = childMessageSchema.parse(await answered);
  if (message.type === 'failed') throw new Error(message.reason);
  const stop = async (): Promise<void> => {
    const ended = whenEnded(child);
    child.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { child, ready: message, dataDir, stop };
}

export async function whenEnded(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  return await new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

export function upstreamOf(sandbox: ForkedSandbox, province: ProvinceCode): SandboxUpstream {
  const upstream = sandbox.ready.provinces[province];
  if (upstream === undefined) throw new Error(`${province} is not simulated`);
  return upstream;
}

const folders = loadProvinces();

/** The real adapter of a province, spoken to over real HTTP; `override` breaks one thing. */
export function adapterOf(
  sandbox: ForkedSandbox,
  province: ProvinceCode,
  override: Partial<DriverContext> = {},
): Adapter {
  const folder = folders.find(({ manifest }) => manifest.province === province);
  if (folder === undefined) throw new Error(`${province} has no folder`);
  const { origin, secrets } = upstreamOf(sandbox, province);
  return openAdapter({
    manifest: folder.manifest,
    fetch: fetchFrom(origin),
    nowMs: Date.now,
    nonce: () => crypto.randomUUID().replaceAll('-', ''),
    secret: (name) => {
      const value = secrets[name];
      if (value === undefined) throw new UpstreamError('credentials', `the sandbox gave no secret ${name}`);
      return value;
    },
    ...override,
  });
}

/** A plain fetch as drivers want it: 2 s, no redirects followed. Errors are fetch's own. */
export function fetchFrom(origin: string): UpstreamFetch {
  return async ({ method, path, headers, body }) => {
    const reply = await fetch(`${origin}${path}`, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(2_000),
    });
    return {
      status: reply.status,
      headers: Object.fromEntries(reply.headers),
      body: new Uint8Array(await reply.arrayBuffer()),
    };
  };
}

/** Calls the control API; the reply's status and its parsed body. */
export function control(
  sandbox: ForkedSandbox,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<ControlReply> {
  return callControl(sandbox.ready.control, method, path, body);
}

/** As control, for a call that must succeed with a body of one schema. */
export function controlled<T extends z.ZodType>(
  sandbox: ForkedSandbox,
  schema: T,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<z.output<T>> {
  return askControl(sandbox.ready.control, schema, method, path, body);
}

export async function setFault(sandbox: ForkedSandbox, province: ProvinceCode, fault: Fault): Promise<void> {
  const { status } = await control(sandbox, 'PUT', '/faults', { province, fault });
  if (status !== 200) throw new Error(`the fault was refused with ${status}`);
}
