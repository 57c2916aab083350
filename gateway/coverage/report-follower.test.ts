import { randomBytes } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import type { CoverageReport } from '../../schemas/coverage-report.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { PATIENCE_MS } from '../test/patience.ts';
import type { CoverageStore, KnownReport } from './coverage-store.ts';
import type { ReportingNode } from './node-reports.ts';
import { ReportFault, ReportFollower } from './report-follower.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 50 };
const NOW_S = 1_800_000_000;
const open = () => openSqliteCoverage(':memory:', { withholdBelow: 1 });

/** Nodes with a chain of reports each, some of which cannot be reached or do not answer. */
class Nodes {
  readonly asked: (readonly [node: string, known: KnownReport])[] = [];
  /** Those that say nothing until they are let go. */
  readonly hanging = new Map<string, PromiseWithResolvers<void>>();
  readonly away = new Set<string>();
  readonly epoch = randomBytes(16).toString('base64url');
  readonly made = new Map<string, number>();
  /** What each report counts, by its number. */
  minutesOf: (number: number) => CoverageReport['minutes'] = () => [];
  readonly all: ReportingNode[];

  constructor(count: number) {
    this.all = Array.from({ length: count }, (_, at) => {
      return { node: `https://gateway.example/${at}`, role: 'gateway', province: '440000' };
    });
  }

  timesAsked(node: string): number {
    return this.asked.filter(([asked]) => asked === node).length;
  }

  readonly fetch = async ({ node }: ReportingNode, known: KnownReport) => {
    this.asked.push([node, known]);
    await this.hanging.get(node)?.promise;
    if (this.away.has(node) || this.hanging.has(node)) throw new ReportFault('unreachable', null);
    const made = this.made.get(node) ?? 0;
    return { reports: made > known.number ? [String(known.number + 1)] : [] };
  };

  readonly open = async (token: string, { node: iss }: ReportingNode) => {
    const number = Number(token);
    const previous = number === 1 ? null : digestOf(number - 1);
    const chained = { epoch: this.epoch, number, previous, minutes: this.minutesOf(number), breakers: [] };
    const report: CoverageReport = { iss, iat: NOW_S + number, from: NOW_S, ...chained };
    return { report, digest: digestOf(number) };
  };
}

function digestOf(number: number): string {
  return String(number).padEnd(43, '-');
}

const following: ReportFollower[] = [];
afterEach(async () => {
  for (const follower of following.splice(0)) await follower.close();
});

function follow(nodes: Nodes, store: StoreWatch<CoverageStore>): string[] {
  const outcomes: string[] = [];
  const follower = new ReportFollower({
    nodes: () => nodes.all,
    fetch: nodes.fetch,
    open: nodes.open,
    store,
    onOutcome: (_node, outcome) => outcomes.push(outcome),
    onLeftOut: (_node, counters) => outcomes.push(`left out ${counters}`),
    nowMs: () => NOW_S * 1000,
  });
  following.push(follower);
  return outcomes;
}

test('nodes that do not answer hold up the others, or are not told, or stay told when they are back', async () => {
  const nodes = new Nodes(20);
  const [hanging, away, good] = ['0', '1', '2'].map((at) => `https://gateway.example/${at}`);
  const letGo = Promise.withResolvers<void>();
  nodes.hanging.set(hanging ?? '', letGo);
  nodes.away.add(away ?? '');
  nodes.made.set(good ?? '', 3);
  const outcomes = follow(nodes, new StoreWatch({ open, onChange: () => {} }));
  const [follower] = following;
  await vi.waitFor(() => expect([...(follower?.unreachable ?? [])]).toEqual([away]), WITHIN);
  await vi.waitFor(() => expect(nodes.timesAsked(good ?? '')).toBeGreaterThanOrEqual(2), WITHIN);
  expect([nodes.timesAsked(hanging ?? ''), outcomes.filter((outcome) => outcome === 'next')]).toEqual([
    1,
    ['next', 'next', 'next'],
  ]);
  nodes.away.clear();
  letGo.resolve();
  await vi.waitFor(() => expect([...(follower?.unreachable ?? [])]).toEqual([hanging]), WITHIN);
});

test('a monitor that was restarted asks for reports that it has', async () => {
  const store = new StoreWatch({ open, onChange: () => {} });
  const nodes = new Nodes(1);
  const [{ node } = { node: '' }] = nodes.all;
  nodes.made.set(node, 2);
  follow(nodes, store);
  await vi.waitFor(() => expect(nodes.asked.at(-1)?.[1].number).toBe(2), WITHIN);
  await following.pop()?.close();
  nodes.asked.length = 0;
  follow(nodes, store);
  await vi.waitFor(
    () => expect(nodes.asked.map(([, known]) => known)).toMatchObject([{ epoch: nodes.epoch, number: 2 }]),
    WITHIN,
  );
});

test('a node grows the store with names that it makes up, or nobody is told', async () => {
  const store = new StoreWatch({ open, onChange: () => {} });
  const nodes = new Nodes(1);
  const group = { issuer: '410000', destination: '440000', venue_kind: 'hospital' } as const;
  const counts = (number: number) => ({
    [`reason:made_up_${number}`]: 3,
    [`cell:made/up/${number}`]: 1,
    'reason:ok': 1,
  });
  nodes.minutesOf = (number) => [{ minute: NOW_S / 60, groups: [{ ...group, counts: counts(number) }] }];
  nodes.made.set(nodes.all[0]?.node ?? '', 3);
  const outcomes = follow(nodes, store);
  await vi.waitFor(() => expect(nodes.asked.at(-1)?.[1].number).toBe(3), WITHIN);
  const sums = await store.use((opened) => opened.sums({ afterMinute: -1, venueKind: 'hospital' }));
  expect(sums.map(({ tally }) => tally.counts())).toEqual([{ 'reason:ok': 3 }]);
  expect(outcomes).toEqual(Array.from({ length: 3 }, () => ['next', 'left out 2']).flat());
});
