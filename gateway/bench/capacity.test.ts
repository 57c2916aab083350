import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { capacityFiguresSchema } from './capacity-figures.ts';
import { capacityPage } from './capacity-page.ts';
import { capacityPlots } from './capacity-plots.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const read = (file: string) => readFileSync(join(DEPLOY, file), 'utf8');
const figures = capacityFiguresSchema.parse(JSON.parse(read('capacity.json')));

test('the page or a plot says something else than what was measured', () => {
  expect(read('capacity.md')).toBe(capacityPage(figures));
  for (const [file, svg] of capacityPlots(figures)) expect([file, read(file)]).toEqual([file, svg]);
});

test('the page shows a plot that is not there, or leaves one out', () => {
  const shown = [...capacityPage(figures).matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, file]) => file);
  expect(shown.sort()).toEqual([...capacityPlots(figures).keys()].sort());
});

test('something projected stands among what was measured', () => {
  const [measured = '', projected = ''] = capacityPage(figures).split('\n# What is projected\n');
  expect(measured).not.toContain('cores of');
  expect(projected).toContain("cores of venues' gateways");
});

test('what growth and a surge came to is left out, or stands among what is projected', () => {
  const pace = { arrived: 100, answered: 0.5, turned_away: 50, p50_ms: 1, p99_ms: 2 };
  const state = { resident_mb: 181, heap_mb: 61, event_loop_p99_ms: 11, event_loop_max_ms: 12 };
  const turns = {
    turns: 10,
    late_p99_ms: 8,
    late_max_ms: 974,
    busy_p99_ms: 7,
    busy_max_ms: 23,
    own_max_ms: 19,
    collection_max_ms: 5,
  };
  const entry = { bytes_an_entry: 1_091, left_when_forgotten: 0 };
  const start = { first_ms: 3_140, again_ms: 1_290, resident_mb: 258 };
  const routing = { routing_few_ns: 303, routing_few_of_all_ns: 350, routing_all_ns: 945 };
  const growth = {
    ...{ entries: 17_000, replay_ms: 8_470, start_ms: 644, systems: 3_420, change_ms: 13, list_ms: 58, list_bytes: 9 },
    ...{ ...routing, routing_ratio: 1.1, routing_cold_ratio: 3 },
    breakers: {
      asked: 340,
      open: 340,
      idle_ms_a_second: 2,
      idle_without_ms_a_second: 0,
      bytes_a_system: 1,
      bytes_asked: 1,
    },
    starts: { sandbox: start, destination: start },
    cache: { green: entry, red: entry, signed_red: entry, long_id: entry },
  };
  const surge = {
    ...{ capacity_per_s: 8_000, recovered_ms: 250, before: pace, surge: pace, after: pace },
    at_rest: { ...state, cpu_ms_per_s: 3 },
    at_70_percent: { per_s: 5_600, ...pace, ...state, stalls: turns },
  };
  const [measured = ''] = capacityPage({ ...figures, growth, surge }).split('\n# What is projected\n');
  for (const figure of ['8,470', '1,091', '3,140', '974', '50.0 %', '250 ms']) expect(measured).toContain(figure);
  const { growth: _growth, surge: _surge, ...without } = figures;
  expect(capacityPage(without)).not.toContain('undefined');
});
