import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadlines } from './deadlines.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function beginAt(deadlines: Deadlines, name: string, over: string[]) {
  const deadline = deadlines.begin();
  deadline.onOver = () => over.push(name);
  return deadline;
}

test('each ends with the first, or later than its own time', () => {
  const deadlines = new Deadlines(100);
  const over: string[] = [];
  beginAt(deadlines, 'first', over);
  vi.advanceTimersByTime(60);
  const second = beginAt(deadlines, 'second', over);
  vi.advanceTimersByTime(40);
  expect([over, second.isOver]).toEqual([['first'], false]);
  vi.advanceTimersByTime(60);
  expect([over, second.isOver]).toEqual([['first', 'second'], true]);
});

test('what ended in time is told that it did not, or takes its followers along', () => {
  const deadlines = new Deadlines(100);
  const over: string[] = [];
  const first = beginAt(deadlines, 'first', over);
  vi.advanceTimersByTime(50);
  beginAt(deadlines, 'second', over);
  first.end();
  vi.advanceTimersByTime(99);
  expect([over, first.isOver]).toEqual([[], false]);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['second']);
});

test('each has a timer of its own, or one is left when all is closed', () => {
  const deadlines = new Deadlines(100);
  const begun = Array.from({ length: 50 }, () => deadlines.begin());
  expect(vi.getTimerCount()).toBe(1);
  for (const deadline of begun) deadline.end();
  deadlines.begin();
  expect(vi.getTimerCount()).toBe(1);
  deadlines.close();
  expect(vi.getTimerCount()).toBe(0);
});
