import { setTimeout } from 'node:timers/promises';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { ProvinceAdapters } from '../upstream/province-adapters.ts';
import type { NationFigures } from './growth-result.ts';
import { settledBytes } from './observer.ts';

/** Systems that are asked, where there are as many, and how often each, so that their breakers are open. */
const FAILING = 340;
const QUESTIONS = 12;
const REST_MS = 3_000;
/** As many systems are followed to weigh one of them, by as many gateways in one process as that takes. */
const WEIGHED = 7_000;

/** What as many systems as there are cost that nobody asks, and breakers that are open, in processor time of a second. */
export async function measureBreakers(state: RegistryState): Promise<NationFigures['breakers']> {
  const idle_without_ms_a_second = await restMsASecond();
  // What all of them share is there before anybody counts.
  const provinces = follow(state);
  const bytes_a_system = await weigh(state);
  const followed = await settledBytes();
  const asked = [...state.adapters.values()].slice(-FAILING);
  for (const adapter of asked) {
    for (let at = 0; at < QUESTIONS; at += 1) {
      const question = {
        token: `T${at}`,
        code: null,
        purpose: 'medical_visit',
        destination: '440000',
        forms: PLAIN_FORM,
        gateway: null,
      } as const;
      await provinces.ask(adapter, question).catch(() => undefined);
    }
  }
  const open = provinces.breakerStates().filter(({ state: one }) => one !== 'closed').length;
  const idle_ms_a_second = await restMsASecond();
  const bytes_asked = ((await settledBytes()) - followed) / asked.length;
  await provinces.close();
  return { open, idle_ms_a_second, idle_without_ms_a_second, bytes_a_system, bytes_asked };
}

/** A function of its own, so that nothing of what it weighs is held by whoever goes on. */
async function weigh(state: RegistryState): Promise<number> {
  const systems = state.adapters.size;
  const before = await settledBytes();
  const others = Array.from({ length: Math.ceil(WEIGHED / systems) }, () => follow(state));
  const bytes = ((await settledBytes()) - before) / (others.length * systems);
  for (const other of others) await other.close();
  return bytes;
}

function follow(state: RegistryState): ProvinceAdapters {
  const provinces = new ProvinceAdapters({
    accessOf: () => ({ openClient: () => NOBODY, secrets: () => ({ app_id: 'a', app_key: 'k' }) }),
    openNode: null,
    nowMs: Date.now,
    onBreaker: () => undefined,
    onRefresh: () => undefined,
  });
  provinces.follow(state);
  return provinces;
}

const NOBODY = {
  fetch: () => Promise.reject(new UpstreamError('connect_failed', 'nobody is there')),
  fetchMade: () => Promise.reject(new UpstreamError('connect_failed', 'nobody is there')),
  concurrency: () => 0,
  lower: () => undefined,
  answered: () => undefined,
  close: () => Promise.resolve(),
};

async function restMsASecond(): Promise<number> {
  const before = process.cpuUsage();
  await setTimeout(REST_MS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REST_MS;
}
