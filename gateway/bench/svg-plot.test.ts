import { expect, test } from 'vitest';
import { type Plot, plotSvg } from './svg-plot.ts';

const PLOT: Plot = {
  title: 'cost & <more>',
  x: { label: 'entries', scale: 'log' },
  y: { label: 'us', scale: 'linear' },
  series: [
    {
      name: 'measured',
      points: [
        { x: 10, y: 0 },
        { x: 100, y: 50 },
        { x: 1_000, y: 100 },
      ],
    },
    { name: 'projected', isProjected: true, points: [{ x: 10, y: 100 }] },
  ],
};

test('a point does not stand where its value is, or a projected line looks as if it were measured', () => {
  const svg = plotSvg(PLOT);
  // Ten is at the left edge and nothing at the bottom; a thousand at the right, a hundred at the top.
  expect(svg).toContain('points="72,304 336,182 600,60"');
  const lines = svg.split('\n').filter((line) => line.startsWith('<polyline'));
  expect(lines.map((line) => line.includes('stroke-dasharray'))).toEqual([false, true]);
});

test('words of a plot become markup', () => {
  expect(plotSvg(PLOT)).toContain('cost &amp; &lt;more>');
});

test('a logarithm of nothing is drawn', () => {
  expect(() => plotSvg({ ...PLOT, y: { label: 'us', scale: 'log' } })).toThrow(RangeError);
});
