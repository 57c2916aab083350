import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { z } from 'zod';
import {
  type ServerReady,
  type StartPart,
  type SystemReady,
  serverReadySchema,
  systemReadySchema,
} from '../../../adapters/sandbox/part-protocol.ts';
import { failedMessageSchema } from '../../../adapters/sandbox/protocol.ts';
import { programFile } from '../../compose/program-file.ts';
import { requireSandboxPackages } from '../optional-packages.ts';
import { NationError } from './nation-error.ts';
import { howEnded, type Watch } from './node-process.ts';
import { filesIn } from './places.ts';
import type { IssuingPlan, NationPlan, Seat } from './plan.ts';

const PART = programFile(new URL('../../../adapters/sandbox/part-main.ts', import.meta.url));
const READY_WITHIN_MS = 30_000;
const STOPS_WITHIN_MS = 3_000;

/** A process that plays what is no node: a province's system, or the provinces' authorization servers. */
export interface PartProcess<Ready> {
  readonly seat: Seat;
  readonly pid: number;
  readonly ready: Ready;
  readonly stop: () => Promise<void>;
}

/** Starts the system of a province. Throws NationError `process_failed`. */
export async function startSystem(
  { code, authority, system }: IssuingPlan,
  watch: Watch,
): Promise<PartProcess<SystemReady>> {
  const start = { part: 'system' as const, province: code, issuer: authority.url };
  return await startPart(system, { type: 'start', ...start, ...placeOf(system) }, { schema: systemReadySchema, watch });
}

/** Starts the provinces' authorization servers for their venues. Throws NationError `process_failed`. */
export async function startServer({ server, provinces }: NationPlan, watch: Watch): Promise<PartProcess<ServerReady>> {
  const servers = provinces.map(({ code, authority, venue, stray, destination }) => ({
    province: code,
    node: authority.url,
    venues: [venue, stray].map((one) => ({ ...one, purposes: [...one.purposes], resource: destination.url })),
  }));
  const start = { part: 'authorization-server' as const, servers };
  return await startPart(server, { type: 'start', ...start, ...placeOf(server) }, { schema: serverReadySchema, watch });
}

function placeOf({ address, url, dir }: Seat) {
  const { certFile, keyFile } = filesIn(dir);
  return { dataDir: dir, listening: { address, port: Number(new URL(url).port), certFile, keyFile } };
}

async function startPart<T extends z.ZodType>(
  seat: Seat,
  start: StartPart,
  { schema, watch: { stopped, onEnded } }: { readonly schema: T; readonly watch: Watch },
): Promise<PartProcess<z.output<T>>> {
  stopped.throwIfAborted();
  requireSandboxPackages();
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: filesIn(seat.dir).caFile };
  const child = fork(PART, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true, env });
  stopped.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  try {
    child.send(start);
    const ready = await saidBy(child, seat, schema);
    const tell = (exit: number | null, signal: NodeJS.Signals | null) => {
      if (!stopped.aborted) onEnded(seat, howEnded(exit, signal));
    };
    child.once('exit', tell);
    return {
      seat,
      pid: child.pid ?? 0,
      ready,
      stop: async () => {
        child.off('exit', tell);
        await stop(child);
      },
    };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function saidBy<T extends z.ZodType>(child: ChildProcess, seat: Seat, schema: T): Promise<z.output<T>> {
  const signal = AbortSignal.timeout(READY_WITHIN_MS);
  const ended = once(child, 'exit', { signal }).then(() => [{ type: 'failed', reason: 'it ended early' }]);
  const [message] = await Promise.race([once(child, 'message', { signal }), ended]).catch(() => [null]);
  const ready = schema.safeParse(message);
  if (ready.success) return ready.data;
  const failed = failedMessageSchema.safeParse(message);
  throw new NationError('process_failed', `${seat.name}: ${failed.data?.reason ?? 'no answer in time'}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  const force = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(force);
}
