import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CoverageCell, NodeFault, NodeReport } from '../../schemas/coverage.ts';
import { mandateSchema } from '../../schemas/mandate.ts';
import { policySchema } from '../../schemas/policy.ts';
import { compileState } from '../registry/compile-state.ts';
import { EMPTY_STATE, type FoldState, type KeyRecord } from '../registry/fold-state.ts';
import { attentionOf, type Watched } from './attention.ts';

const NOW_MS = Date.UTC(2026, 0, 15);
const DAY_MS = 86_400_000;
const MARK = { by: 'https://operator.example', kid: 'operator', index: 1, at_s: NOW_MS / 1000 - 3_600 };
const NODE = 'https://gateway.example/440000';

const vector = (name: string): unknown => {
  const text = readFileSync(join(import.meta.dirname, `../../schemas/vectors/valid/${name}.json`), 'utf8');
  return JSON.parse(text).value;
};
const MANDATE = mandateSchema.parse(vector('mandate-thirty-days'));
const POLICY = policySchema.parse(vector('policy-with-an-exception'));

function cell(issuer: ProvinceCode, destination: ProvinceCode, more: Partial<CoverageCell> = {}): CoverageCell {
  const none = { restricted: 0, referred: 0, indeterminate: 0, stale: 0, reasons: {}, p50_ms: 1, p95_ms: 2 };
  return { issuer, destination, presented: 1_000, green: 900, recognised: 890, ...none, ...more };
}

const NO_NODES = { reports: [], breakers: [], over: new Map() };
const DAY = [cell('410000', '440000'), cell('410000', '310000', { presented: 50, green: 40, recognised: 40 })];

/** Nothing is wrong but what is said. `folded`: what the registry holds, from which its state follows. */
function watched(more: Partial<Watched> = {}, folded: Partial<FoldState> = {}): Watched {
  const fold = { ...EMPTY_STATE, ...folded };
  const quiet = { lately: [], day: DAY, signals: [], nodes: NO_NODES, registryFault: null };
  return { ...quiet, state: compileState(fold), folded: fold, nowMs: NOW_MS, ...more };
}

function report(more: Partial<NodeReport> = {}): NodeReport {
  const last = new Date(NOW_MS - 5_000).toISOString();
  return {
    node: NODE,
    province: '440000',
    role: 'gateway',
    last_report: last,
    age_s: 5,
    silent: false,
    faults: [],
    ...more,
  };
}

function mandateUntil(untilMs: number, id = 'lapsing', fromMs = NOW_MS - DAY_MS) {
  const valid_until = new Date(untilMs).toISOString();
  const mandate = { ...MANDATE, id, valid_from: new Date(fromMs).toISOString(), valid_until };
  return [id, { mandate, issued: MARK, ends_ms: untilMs, revoked: null }] as const;
}

const mandates = (...each: (readonly [string, ReturnType<typeof mandateUntil>[1]])[]) => ({ mandates: new Map(each) });
const falling = cell('410000', '310000', { presented: 40, green: 40, recognised: 10 });
const told = (of: Watched) => attentionOf(of).map(({ kind, affected }) => [kind, affected]);

test('something asks for attention where nothing is wrong', () => {
  expect(attentionOf(watched({ lately: DAY, nodes: { ...NO_NODES, reports: [report()] } }))).toEqual([]);
});

describe('what is not told, or touches somebody else', () => {
  test('a rate that falls', () => {
    const day = [...DAY.slice(0, 1), cell('410000', '310000', { presented: 140, green: 140, recognised: 110 })];
    const [item] = attentionOf(watched({ lately: [falling], day }));
    expect(item).toMatchObject({ kind: 'recognition_falling', province: '410000', subject: '310000', affected: 30 });
    expect(item?.detail).toBe('100 % → 25 %');
  });

  test('what a rate that fell is compared with, when the day is those minutes alone', () => {
    const [item] = attentionOf(watched({ lately: [falling], day: [...DAY.slice(0, 1), falling] }));
    expect(item).toMatchObject({ kind: 'recognition_falling', detail: '100 % → 25 %' });
  });

  test.each(['unsubstantiated', 'batch', 'flip'] as const)('the signal %s', (signal) => {
    const reading = { province: '410000', signal, rate: 0.5 } as const;
    expect(told(watched({ signals: [{ ...reading, raised: true }] }))).toEqual([[signal, 110]]);
    expect(told(watched({ signals: [{ ...reading, raised: false }] }))).toEqual([]);
  });

  test('a province that several nodes do not ask: once, since the first of them', () => {
    const breakers = [9, 5].map(
      (agoS, at) => ({ node: `${NODE}${at}`, province: '410000', sinceS: NOW_MS / 1000 - agoS }) as const,
    );
    const items = attentionOf(watched({ nodes: { ...NO_NODES, breakers } }));
    expect(items).toMatchObject([{ kind: 'breaker_open', province: '410000', affected: 1_050 }]);
    expect(items[0]?.since).toBe(new Date(NOW_MS - 9_000).toISOString());
  });

  test('a node that is silent, and one whose reports are wrong', () => {
    const other = report({ node: `${NODE}b`, province: '310000', faults: ['gap', 'fork'] });
    const reports = [report({ silent: true, last_report: null, age_s: null }), other];
    expect(attentionOf(watched({ nodes: { ...NO_NODES, reports } }))).toMatchObject([
      { kind: 'node_silent', subject: NODE, affected: 1_000, since: null },
      { kind: 'node_fault', subject: `${NODE}b`, affected: 50, detail: 'gap fork' },
    ]);
    const left = (...over: NodeFault[]) =>
      attentionOf(watched({ nodes: { ...NO_NODES, reports: [other], over: new Map([[other.node, over]]) } }));
    expect(left('gap', 'restarted')).toMatchObject([{ kind: 'node_fault', detail: 'fork' }]);
    expect(left('gap', 'fork')).toEqual([]);
  });

  test('a mandate that ends in seven days or has ended, unless another goes on', () => {
    const soon = mandateUntil(NOW_MS + 7 * DAY_MS);
    expect(told(watched({}, mandates(soon)))).toEqual([['mandate_lapsing', 1_000]]);
    expect(told(watched({}, mandates(mandateUntil(NOW_MS + 8 * DAY_MS))))).toEqual([]);
    expect(told(watched({}, mandates(mandateUntil(NOW_MS - 1))))).toEqual([['mandate_lapsing', 1_000]]);
    const next = mandateUntil(NOW_MS + 30 * DAY_MS, 'next', NOW_MS);
    expect(told(watched({}, mandates(soon, next)))).toEqual([]);
    // A gap that is over is no longer anybody's business; one that is not is.
    const over = mandateUntil(NOW_MS - DAY_MS, 'over', NOW_MS - 2 * DAY_MS);
    const renewed = (fromMs: number) => mandateUntil(NOW_MS + 29 * DAY_MS, 'after', fromMs);
    expect(told(watched({}, mandates(over, renewed(NOW_MS - 1_000))))).toEqual([]);
    expect(told(watched({}, mandates(over, renewed(NOW_MS + 1_000))))).toEqual([['mandate_lapsing', 1_000]]);
  });

  test('a rule beyond the baseline, and one that lapses', () => {
    const policies = (ends_at: string) => {
      const [first, ...rest] = POLICY.rows;
      const exception = first?.exception === undefined ? undefined : { ...first.exception, ends_at };
      const rows = first === undefined || exception === undefined ? POLICY.rows : [{ ...first, exception }, ...rest];
      return {
        policies: new Map([['440000', { policy: { ...POLICY, rows }, version: '1.0.0', changed: MARK }]] as const),
      };
    };
    const day = [cell('410000', '440000', { reasons: { policy_exception: 7 } })];
    // Its third row is stricter without an end.
    const standing = ['deviation', null, 'refer → restrict'];
    const toldOf = (endsMs: number) =>
      attentionOf(watched({ day }, policies(new Date(endsMs).toISOString()))).map(
        ({ kind, until, detail, affected }) => {
          expect(affected).toBe(7);
          return [kind, until, detail];
        },
      );
    const basis = 'pass → refer: Example measure 1';
    const soon = new Date(NOW_MS + 7 * DAY_MS).toISOString();
    expect(toldOf(NOW_MS + 7 * DAY_MS)).toEqual([standing, ['exception_lapsing', soon, basis]]);
    const late = new Date(NOW_MS + 8 * DAY_MS).toISOString();
    expect(toldOf(NOW_MS + 8 * DAY_MS)).toEqual([['deviation', late, basis], standing]);
  });

  test('a key that ends, unless another of its use goes on', () => {
    const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'old', alg: 'ES256' } as const;
    const times = { announced_s: 1, activated_s: 1, retired_s: null, revoked_s: null };
    const key = (expires_s: number | null): KeyRecord => ({
      use: 'registry',
      jwk,
      state: 'active',
      ...times,
      expires_s,
    });
    const entities = (...keys: KeyRecord[]) => {
      const own = {
        entity_id: NODE,
        role: 'province',
        name: { zh: '粤', en: 'Guangdong' },
        province: '440000',
      } as const;
      const since = { superior: null, state: 'enrolled', enrolled: MARK, seq: 1, prev: null } as const;
      return { entities: new Map([[NODE, { ...own, ...since, keys }]]) };
    };
    const soonS = (NOW_MS + 7 * DAY_MS) / 1000;
    expect(told(watched({}, entities(key(soonS))))).toEqual([['key_lapsing', 1_000]]);
    expect(told(watched({}, entities(key(soonS + DAY_MS / 1000))))).toEqual([]);
    expect(told(watched({}, entities(key(soonS), key(null))))).toEqual([]);
  });

  test('a version that waits for its second approval', () => {
    const digest = 'a'.repeat(64);
    const version = (name: string, approvals: number, isRejected = false) => ({
      version: name,
      manifest: '{}',
      manifest_digest: digest,
      scenarios_digest: digest,
      submitted: MARK,
      check: null,
      approvals: Array.from({ length: approvals }, () => MARK),
      rejected: isRejected ? { ...MARK, reason: 'other' } : null,
      served: false,
    });
    const adapter = { province: '410000', active: null, trial: null, suspended: null, changed: MARK } as const;
    const adapters = (...versions: ReturnType<typeof version>[]) =>
      new Map([['410000', { ...adapter, versions }]] as const);
    const waiting = watched(
      {},
      { adapters: adapters(version('1.0.0', 2), version('1.1.0', 1), version('1.2.0', 1, true)) },
    );
    expect(attentionOf(waiting)).toMatchObject([{ kind: 'approval_waiting', subject: '1.1.0', detail: '1 / 2' }]);
    const ofDivision = { ...adapter, division: '410100', versions: [version('1.1.0', 0)] } as const;
    const both = new Map([['410000/410100', ofDivision]] as const);
    expect(attentionOf(watched({}, { adapters: both }))).toMatchObject([{ subject: '410100@1.1.0', detail: '0 / 2' }]);
  });

  test.each(['registry_behind', 'registry_forked'] as const)('%s', (registryFault) => {
    expect(told(watched({ registryFault }))).toEqual([[registryFault, 1_050]]);
  });
});

describe('the first thing on the list', () => {
  const day = [...DAY.slice(0, 1), cell('410000', '310000', { presented: 140, green: 140, recognised: 110 })];

  test('is a mandate that ends in days, or one that nobody is checked under, while a rate falls', () => {
    const later = mandates(mandateUntil(NOW_MS + 6 * DAY_MS));
    expect(told(watched({ day, lately: [falling] }, later)).map(([kind]) => kind)).toEqual([
      'recognition_falling',
      'mandate_lapsing',
    ]);
    const elsewhere = mandates(mandateUntil(NOW_MS - 1));
    const items = told(watched({ day: day.slice(1), lately: [falling] }, elsewhere));
    expect(items).toEqual([
      ['recognition_falling', 30],
      ['mandate_lapsing', 0],
    ]);
  });

  test('is not what touches most, or of two that touch as many the lesser', () => {
    const lapsed = mandates(mandateUntil(NOW_MS - 1));
    const reports = [report({ silent: true }), report({ node: `${NODE}b`, province: '310000', silent: true })];
    const items = told(watched({ day, lately: [falling], nodes: { ...NO_NODES, reports } }, lapsed));
    expect(items).toEqual([
      ['node_silent', 1_000],
      ['mandate_lapsing', 1_000],
      ['node_silent', 140],
      ['recognition_falling', 30],
    ]);
  });
});
