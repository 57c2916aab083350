import { setTimeout } from 'node:timers/promises';
import type { RegistryState } from '../registry/registry-state.ts';
import { viewOfAdapter } from '../registry/registry-views.ts';
import type { WritableRegistry } from '../registry/writable-registry.ts';
import { signEvent } from '../trust/registry-event.ts';
import { type DivisionSystem, divisionSystems } from './division-events.ts';
import { measureBreakers } from './growth-breakers.ts';
import type { NationFigures } from './growth-result.ts';
import { cpuMs } from './process-time.ts';
import { createRegistryLog, type RegistryLog } from './registry-log.ts';
import { median } from './statistics.ts';

/** What a nation of so many systems costs, and the state that its registry came to. */
export interface MeasuredNation {
  readonly figures: NationFigures;
  readonly systems: readonly DivisionSystem[];
  readonly state: RegistryState;
}

/** Registers so many systems, the shipped ones among them, in a log of its own, and measures its registry. */
export async function measureNation(size: number): Promise<MeasuredNation> {
  const log = await createRegistryLog();
  try {
    const systems = divisionSystems(size - log.systems);
    await log.register(systems);
    const { size: entries } = await log.store.head();
    const replay_ms = await log.opened(async (_registry, tookMs) => tookMs);
    const { state, ...figures } = await log.opened(async (opened, start_ms) => ({
      start_ms,
      change_ms: await measureChange(opened, log, systems[0]),
      ...measureList(opened),
      state: opened.current(),
    }));
    // With the registry closed, which goes through its log in the background once it is open.
    const breakers = await measureBreakers(state);
    return { figures: { systems: state.adapters.size, entries, replay_ms, ...figures, breakers }, systems, state };
  } finally {
    await log.close();
  }
}

/** From a signed event to the state that everybody is answered by. */
async function measureChange(
  registry: WritableRegistry,
  { operator }: RegistryLog,
  system: DivisionSystem | undefined,
): Promise<number> {
  if (system === undefined) throw new Error('there is no system to suspend');
  const { province, division = '' } = system.manifest;
  const taken: number[] = [];
  for (const kind of ['adapter_suspended', 'adapter_resumed', 'adapter_suspended'] as const) {
    const { entityId, signer } = operator;
    const { seq, prev } = registry.folded().entities.get(entityId) ?? { seq: 0, prev: null };
    const place = { province, division } as const;
    const event =
      kind === 'adapter_resumed'
        ? ({ kind, body: place } as const)
        : ({ kind, body: { ...place, reason: 'other' } } as const);
    const { jws } = await signEvent(signer, { entityId, seq, prev }, event, Math.floor(Date.now() / 1000));
    const before = process.cpuUsage();
    await registry.submit(jws);
    registry.current();
    const { user, system: inKernel } = process.cpuUsage(before);
    taken.push((user + inKernel) / 1_000);
    await setTimeout(100);
  }
  return median(taken);
}

/** What GET /v1/registry/adapters says. */
function measureList(registry: WritableRegistry) {
  const state = registry.folded();
  let bytes = 0;
  const list_ms = cpuMs(() => {
    const adapters = [...state.adapters.values()].map((adapter) => viewOfAdapter(state, adapter));
    bytes = Buffer.byteLength(JSON.stringify({ adapters }));
  });
  return { list_ms, list_bytes: bytes };
}
