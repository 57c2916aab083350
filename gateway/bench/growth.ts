import { setTimeout } from 'node:timers/promises';
import type { RegistryState } from '../registry/registry-state.ts';
import { createRegistryState } from '../registry/registry-state.ts';
import { viewOfAdapter } from '../registry/registry-views.ts';
import type { WritableRegistry } from '../registry/writable-registry.ts';
import { signEvent } from '../trust/registry-event.ts';
import { type DivisionSystem, divisionSystems } from './division-events.ts';
import { measureBreakers } from './growth-breakers.ts';
import { measureCache } from './growth-cache.ts';
import type { GrowthResult } from './growth-result.ts';
import { createRegistryLog } from './registry-log.ts';
import { measureStarts } from './start-cost.ts';
import { median, rounded } from './statistics.ts';

/*
 * npm run -s growth [SYSTEMS]: what a nation costs in which every prefecture and county has a system of its own, registered in
 * a real log: replay and start, a change, routing, the list of adapters, breakers at rest, remembered answers, and starts of a
 * whole node. Figures in `_ms` are milliseconds of processor time. Prints one JSON object.
 */

const SYSTEMS = Number(process.argv[2] ?? 3_400);
const FEW = 34;
const ROUNDS = 9;
const LOOKUPS = 20_000;
const CODES = 3_400;
const ENTRIES = 20_000;

const systems = divisionSystems(SYSTEMS);
const log = await createRegistryLog();
try {
  const entries = await log.register(systems);
  const replay_ms = await log.opened(async (_registry, cpuMs) => cpuMs);
  const registry = await log.opened(async (opened, start_ms) => ({
    start_ms,
    systems: opened.current().adapters.size,
    change_ms: await measureChange(opened),
    ...measureList(opened),
    ...measureRouting(opened.current()),
    state: opened.current(),
  }));
  const { state, ...ofRegistry } = registry;
  // With the registry closed, which goes through its log in the background once it is open.
  const figures: GrowthResult = {
    entries,
    replay_ms,
    ...ofRegistry,
    breakers: await measureBreakers(state),
    starts: await measureStarts(),
    cache: await measureCache(ENTRIES),
  };
  process.stdout.write(`${JSON.stringify(figures, roundedFigure, 2)}\n`);
} finally {
  await log.close();
}

function roundedFigure(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? rounded(value) : value;
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** From a signed event to the state that everybody is answered by. */
async function measureChange(registry: WritableRegistry): Promise<number> {
  const taken: number[] = [];
  for (const kind of ['adapter_suspended', 'adapter_resumed', 'adapter_suspended'] as const) {
    const { entityId, signer } = log.operator;
    const { seq, prev } = registry.folded().entities.get(entityId) ?? { seq: 0, prev: null };
    const place = { province: '410000', division: systems.find(isOfHenan)?.manifest.division ?? '' } as const;
    const event =
      kind === 'adapter_resumed'
        ? ({ kind, body: place } as const)
        : ({ kind, body: { ...place, reason: 'other' } } as const);
    const { jws } = await signEvent(signer, { entityId, seq, prev }, event, Math.floor(Date.now() / 1000));
    const before = process.cpuUsage();
    await registry.submit(jws);
    registry.current();
    const { user, system } = process.cpuUsage(before);
    taken.push((user + system) / 1_000);
    await setTimeout(100);
  }
  return median(taken);
}

function isOfHenan({ manifest }: DivisionSystem): boolean {
  return manifest.province === '410000';
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

/**
 * Nanoseconds to the adapter that answers for a code, by turns among few systems, among all of them for codes of few, and
 * among all. What the first two differ by is the search; what the last takes longer is colder memory, since codes of as
 * many systems touch as many entries, and those of a few lie in the processor's cache whatever lies beside them.
 */
function measureRouting(all: RegistryState) {
  const some = systems.slice(0, FEW);
  const few = createRegistryState({
    adapters: some.map(({ manifest, text }) => {
      return { manifest, digest: text.slice(0, 43), stage: 'active', conformance: 'static' };
    }),
    mandates: [],
    baseline: all.policyOf('410000'),
    policies: new Map(),
  });
  const tables = [
    { state: few, codes: codesOf(some) },
    { state: all, codes: codesOf(some) },
    { state: all, codes: codesOf(systems) },
  ] as const;
  for (const table of tables) lookUp(table);
  const rounds = Array.from({ length: ROUNDS }, () => tables.map(lookUp));
  return {
    routing_few_ns: median(rounds.map(([of = 0]) => of)),
    routing_few_of_all_ns: median(rounds.map(([, ofSome = 0]) => ofSome)),
    routing_all_ns: median(rounds.map(([, , ofAll = 0]) => ofAll)),
    routing_ratio: median(rounds.map(([of = 1, ofSome = 0]) => ofSome / of)),
    routing_cold_ratio: median(rounds.map(([of = 1, , ofAll = 0]) => ofAll / of)),
  };
}

/** As many different ones of few systems as of many. */
function codesOf(some: readonly DivisionSystem[]): string[] {
  return Array.from({ length: CODES }, (_, at) => {
    const { code = '' } = some[at % some.length] ?? {};
    return code.slice(0, -8) + at.toString(16).padStart(8, '0');
  });
}

function lookUp({ state, codes }: { readonly state: RegistryState; readonly codes: readonly string[] }): number {
  const ms = cpuMs(() => {
    for (let at = 0; at < LOOKUPS; at += 1) {
      const found = state.recognise(codes[(at * 7919) % codes.length] ?? '');
      if (found === null || state.adapterOf(found) === undefined) throw new Error('a code was not recognised');
    }
  });
  return (ms * 1_000_000) / LOOKUPS;
}
