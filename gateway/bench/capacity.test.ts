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
  const { growth, surge } = figures;
  const [measured = ''] = capacityPage({
    ...figures,
    growth: { ...growth, nations: growth.nations.map((one) => ({ ...one, replay_ms: 8_473 })) },
    surge: { ...surge, recovered_ms: 251, at_70_percent: { ...surge.at_70_percent, per_s: 5_609 } },
  }).split('\n# What is projected\n');
  for (const figure of ['8,473', '5609 scans', '251 ms']) expect(measured).toContain(figure);
});

test('a cost is told of few systems and not of many, or of one load alone', () => {
  expect(figures.growth.nations.map(({ systems }) => systems)).toEqual([34, 340, 3_400]);
  expect(figures.sweep.systems.map(({ systems }) => systems)).toEqual([34, 340, 3_400]);
  expect(figures.surge.loads.map(({ share }) => share)).toEqual([0.1, 0.3, 0.5, 0.7]);
});

test('something takes less memory than nothing', () => {
  for (const { breakers } of figures.growth.nations) {
    expect(Math.min(breakers.bytes_a_system, breakers.bytes_asked)).toBeGreaterThan(0);
  }
});

test('a plot of something measured has a line that nobody measured, or one that is projected looks as if it were', () => {
  for (const [file, svg] of capacityPlots(figures)) {
    const lines = svg.split('\n').filter((line) => line.startsWith('<polyline'));
    const dashed = lines.filter((line) => line.includes('stroke-dasharray'));
    const isProjected = svg.includes('(projected)');
    expect([file, svg.includes('(measured)'), dashed.length]).toEqual([
      file,
      !isProjected,
      isProjected ? lines.length : 0,
    ]);
  }
});
