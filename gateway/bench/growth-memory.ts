import { setTimeout } from 'node:timers/promises';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import type { CacheEntry } from '../cache/cached-answer.ts';
import { openCache } from '../cache/open-cache.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { ProvinceAdapters } from '../upstream/province-adapters.ts';
import { keptBytes } from './observer.ts';

/** Systems that are asked, and how often each, so that their breakers are open. */
const FAILING = 340;
const QUESTIONS = 12;
const REST_MS = 5_000;
const ENTRIES = 20_000;

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

/** Bytes of a remembered answer of each kind, and what is left of them once their province is forgotten. */
export async function measureCache() {
  const kinds = { green: greenOf, red: redOf, long_id: longOf } as const;
  const figures: Record<string, { readonly bytes_an_entry: number; readonly left_when_forgotten: number }> = {};
  for (const [kind, answerOf] of Object.entries(kinds)) {
    const opened = openCache({
      redis: null,
      secret: null,
      nowMs: Date.now,
      count: () => undefined,
      onInvalidated: () => undefined,
    });
    const { cache } = opened;
    // What all entries share is there before anybody counts.
    put(opened, 0, answerOf);
    const before = keptBytes();
    for (let at = 1; at <= ENTRIES; at += 1) put(opened, at, answerOf);
    const full = keptBytes();
    await cache.forgetProvince('410000', 'province');
    while (opened.entries() > 0) await setTimeout(10);
    figures[kind] = {
      bytes_an_entry: (full - before) / ENTRIES,
      left_when_forgotten: (keptBytes() - before) / ENTRIES,
    };
    await opened.close();
  }
  return figures;
}

type Answer = CacheEntry['answer'];

function put(
  { cache }: Pick<ReturnType<typeof openCache>, 'cache'>,
  at: number,
  answerOf: (at: number) => Answer,
): void {
  const nowMs = Date.now();
  const key = cache.keyOf({ province: '410000', adapter: 'd'.repeat(43), token: `token-${at}` }, 60_000);
  const answer = answerOf(at);
  const handle = answer.kind === 'claims' ? answer.claims.handle : '';
  const entry: CacheEntry = {
    answer,
    province: '410000',
    tag: cache.tagOf('410000', handle),
    seen: cache.position(),
    freshUntilMs: nowMs + 600_000,
    usableUntilMs: nowMs + 1_200_000,
  };
  // As it comes off the wire: nothing that the province said is shared with another answer.
  cache.put(key, { ...entry, answer: JSON.parse(JSON.stringify(answer)) }, null);
}

const STATEMENT_BODY = 'a'.repeat(560);

function greenOf(at: number): Answer & { readonly kind: 'claims' } {
  return {
    kind: 'claims',
    claims: {
      status: 'green',
      status_as_of: `2022-06-13T08:00:${String(at % 60).padStart(2, '0')}Z`,
      ground: [],
      provenance: null,
      handle: `H${String(at).padStart(31, '0')}`,
      flags: [],
    },
    localGroundOnly: false,
    reasons: [],
    assurance: 'province-signed',
    way: 'direct',
    statement: `${'h'.repeat(130)}.${STATEMENT_BODY}${String(at).padStart(8, '0')}.${'s'.repeat(86)}~`,
  };
}

function redOf(at: number): Answer {
  const green = greenOf(at);
  const [sign, review, assign] = (['sign', 'review', 'assign'] as const).map((action) => {
    return { level: 'county', role: 'health_commission', action } as const;
  });
  if (sign === undefined || review === undefined || assign === undefined) throw new Error('three approvals');
  const act = { level: 'county', role: 'health_commission', action: 'assign', kind: 'individual' } as const;
  const provenance = {
    ...act,
    batch_size: null,
    instrument: `豫疫防〔2022〕${at}号`,
    evidence_filed: true,
    approvals: [sign, review, assign],
    origin: null,
  };
  return {
    ...green,
    claims: { ...green.claims, status: 'red', ground: ['confirmed_case'], provenance },
    reasons: ['popup'],
  };
}

function longOf(at: number): Answer {
  const green = greenOf(at);
  return { ...green, claims: { ...green.claims, handle: `${'L'.repeat(248)}${String(at).padStart(8, '0')}` } };
}
