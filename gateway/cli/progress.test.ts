import { describe, expect, test } from 'vitest';
import { createProgress, progressBar } from './progress.ts';

function terminal(columns: number) {
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  return { isTTY: true, columns, write, written: () => written };
}

describe('progress', () => {
  test('is written into a pipe or a file', () => {
    const { write, written } = terminal(80);
    createProgress({ write })('half');
    createProgress({ isTTY: false, write })('half');
    expect(written()).toBe('');
  });

  test('adds lines instead of rewriting one, or wraps', () => {
    const screen = terminal(10);
    const progress = createProgress(screen);
    progress('first');
    progress('注册表正在检查');
    progress('');
    expect(screen.written()).toBe('\r\u001b[Kfirst\r\u001b[K注册表正\r\u001b[K');
  });

  test('clears a line that it did not write', () => {
    const screen = terminal(80);
    createProgress(screen)('');
    expect(screen.written()).toBe('');
  });

  test('a bar is longer than its work', () => {
    expect(progressBar(0, 0)).toBe(`[${'█'.repeat(30)}] 0/0`);
    expect(progressBar(1, 2)).toBe(`[${'█'.repeat(15)}${'░'.repeat(15)}] 1/2`);
    expect(progressBar(9, 2)).toBe(`[${'█'.repeat(30)}] 9/2`);
  });
});
