import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { degradedSchema, READINESS_REASONS } from '../../schemas/readiness.ts';
import { reportOf } from './chaos/report.ts';
import { shownIn } from './documented.ts';
import { ROOT } from './import-graph.ts';
import { REHEARSALS } from './rehearsal/procedures.ts';

const text = readFileSync(join(ROOT, 'deploy/RUNBOOK.md'), 'utf8');
const MAKES_A_METRIC = /(?:new (?:Counter|Gauge|Histogram)\(\{\s*name:|\bgauge\()\s*'(huren_\w+)'/g;
const headings = new Set([...text.matchAll(/^#{2,3} (.+)$/gm)].map(([, name = '']) => name));

test('a node says a reason that the runbook is silent about', () => {
  const reasons = Object.keys(READINESS_REASONS);
  expect(reasons.filter((reason) => !headings.has(reason))).toEqual([]);
});

test('a node says that it is degraded in a way that the runbook is silent about', () => {
  const [breaker, store, resource, reason] = degradedSchema.options;
  const states = [...store.shape.state.options, ...resource.shape.resource.values, ...reason.shape.reason.values];
  const [, named = ''] = Object.keys(breaker.shape);
  expect([...states, named].filter((state) => !headings.has(state))).toEqual([]);
  const [, below = ''] = text.split('\n### unreachable\n');
  expect(store.shape.store.options.filter((one) => !below.split('\n### ')[0]?.includes(`\`${one}\``))).toEqual([]);
});

test('a metric is made that the runbook is silent about, or it names one that nobody makes', () => {
  const made = globSync('gateway/{*,compose/**}/*.ts', {
    cwd: ROOT,
    exclude: ['gateway/{test,bench}/**', '**/*.test.ts'],
  })
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .flatMap((code) => [...code.matchAll(MAKES_A_METRIC)].map(([, name = '']) => name));
  const [, section = ''] = text.split('\n## Metrics\n');
  const listed = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(huren_\w+)` \|/gm)].map(([, name = '']) => name);
  expect(made.length).toBeGreaterThan(30);
  expect(listed.toSorted()).toEqual(made.toSorted());
});

test('the run of chaos that is shown is not how such a run ends', () => {
  const shown = shownIn('deploy/RUNBOOK.md', 'while   ').split('\n');
  const whiles = shown.slice(1).flatMap((row) => /^(.+? killed) {2,}/.exec(row)?.[1] ?? []);
  const counts = { scans: 9, passed: 9, restricted: 0, referred: 0, stale: 0, failures: new Map(), tookMs: [1] };
  const said = reportOf({
    seed: 1,
    tallies: new Map(whiles.map((name) => [name, counts])),
    ...{ violations: [], faults: [], leaks: [], resources: null },
    flushes: { pushed: 1, accepted: 1 },
    invalidation: { pushed: 1, accepted: 1, wanted: 1, effects: 1, within100Ms: 1 },
    isolation: [{ healthyMs: 1, hungMs: 1 }],
    stampede: { scans: 9, answered: 9, others: '', upstreamCalls: 3, gateways: 3 },
    surge: { scans: 9, perSecond: 1, shed: 0, recoveredMs: 1 },
  });
  const counted = (line: string) =>
    line
      .replace(/\d[\d.]*/g, '0')
      .replace(/\s+/g, ' ')
      .trim();
  const lines = said.split('\n').map(counted);
  expect(whiles.length).toBe(4);
  expect(shown.filter((line) => !lines.includes(counted(line)))).toEqual([]);
});

test('the runbook sends its reader to a section that is not there', () => {
  const named = [...text.replaceAll('\n', ' ').matchAll(/"([A-Z][A-Za-z',\- ]{6,80})"/g)].map(([, name = '']) =>
    name.replace(/,$/, ''),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !headings.has(name))).toEqual([]);
});

test.each(REHEARSALS)('$section is rehearsed with commands that it does not print ($what)', ({ section, commands }) => {
  const [, after = ''] = text.split(`\n## ${section}\n`);
  const [own = ''] = after.split('\n## ');
  const named = commands.map((command) => `huren ${command.split(/ (?=-|\{|\d)/)[0]}`);
  expect(named.filter((name) => !own.includes(name))).toEqual([]);
});
