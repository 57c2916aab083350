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
