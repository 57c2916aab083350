import type { z } from 'zod';
import type { CaseName } from './case-plans.ts';
import { Cases, type Length } from './cases.ts';
import type { Child } from './child.ts';
import { callsSchema, garbageSchema, timeSchema, type Watched } from './observation.ts';
import { machine, onStage, type Progress } from './on-stage.ts';
import type { Measuring } from './options.ts';
import type { ProfileResult } from './profile-result.ts';
import { rounded } from './statistics.ts';
import type { Turn } from './turn.ts';

const WATCHED_MS = 4_000;
const WARM_UP_WITHIN_MS = 30_000;

/** Watches the servers of one case at work, one thing at a time, and stops everything it started. Throws BenchError. */
export async function runProfile(name: CaseName, options: Measuring, onProgress: Progress): Promise<ProfileResult> {
  return await onStage(onProgress, async (stage) => {
    onProgress(`starting what ${name} needs`);
    const cases = new Cases(stage, options.connections);
    const servers = await cases.serversOf(name);
    const play = async (length: Length): Promise<Turn> => {
      await cases.beginRound();
      return await cases.play(name, length);
    };
    onProgress('warming up');
    await play({ durationMs: WARM_UP_WITHIN_MS, operations: options.warmUp });
    onProgress('unwatched');
    const unwatched = await play({ durationMs: WATCHED_MS, operations: null });
    const profiles = [];
    for (const server of servers) {
      profiles.push(await profileOf(server, () => play({ durationMs: WATCHED_MS, operations: null }), onProgress));
    }
    return {
      machine: machine(),
      node: process.version,
      case: name,
      connections: options.connections,
      cpu_us_per_op: rounded(unwatched.cpuUs / unwatched.operations),
      servers: profiles,
    };
  });
}

async function profileOf(
  server: Child<unknown>,
  play: () => Promise<Turn>,
  onProgress: Progress,
): Promise<ProfileResult['servers'][number]> {
  let operations = 0;
  const watch = async <T extends z.ZodType>(what: Watched, seen: T): Promise<z.output<T>> => {
    onProgress(`${server.file}: ${what}`);
    return await server.watch(what, seen, async () => {
      ({ operations } = await play());
    });
  };
  const time = await watch('time', timeSchema);
  const garbage = await watch('garbage', garbageSchema);
  const garbagePerOp = garbage.bytes / operations;
  const pausedUsPerOp = (garbage.pausedMs * 1000) / operations;
  const { promises, timers, ticks, others } = await watch('calls', callsSchema);
  const perOp = (count: number) => rounded(count / operations);
  return {
    server: server.file,
    per_op: {
      promises: perOp(promises),
      timers: perOp(timers),
      ticks: perOp(ticks),
      garbage_bytes: rounded(garbagePerOp),
      collecting_us: rounded(pausedUsPerOp),
      other_resources: Object.fromEntries(
        Object.entries(others).map(([type, count]): [string, number] => [type, perOp(count)]),
      ),
    },
    collections: garbage.collections,
    ...time,
  };
}
