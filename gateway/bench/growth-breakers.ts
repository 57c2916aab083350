import { setTimeout } from 'node:timers/promises';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { ProvinceAdapters } from '../upstream/province-adapters.ts';
import { keptBytes } from './observer.ts';

/** Systems that are asked, and how often each, so that their breakers are open. */
const FAILING = 340;
const QUESTIONS = 12;
const REST_MS = 5_000;

/** What as many systems as there are cost that nobody asks, and breakers that are open, in processor time of a second. */
export async function measureBreakers(state: RegistryState) {
  const atRest = await restMsASecond();
  const before = keptBytes();
  const provinces = new ProvinceAdapters({
    accessOf: () => ({ openClient: () => NOBODY, secrets: () => ({ app_id: 'a', app_key: 'k' }) }),
    openNode: null,
    nowMs: Date.now,
    onBreaker: () => undefined,
  });
  provinces.follow(state);
  const followed = keptBytes();
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
  const idle = await restMsASecond();
  const bytes_asked = (keptBytes() - followed) / FAILING;
  await provinces.close();
  return {
    asked: FAILING,
    open,
    idle_ms_a_second: idle,
    idle_without_ms_a_second: atRest,
    bytes_a_system: (followed - before) / state.adapters.size,
    bytes_asked,
  };
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
