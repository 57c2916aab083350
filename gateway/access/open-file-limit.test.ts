import { describe, expect, test } from 'vitest';
import { degradedByOpenFiles, limitOnOpenFiles } from './open-file-limit.ts';

const limits = (soft: string) => () =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${soft}                 4096                 files     \n`;

describe('the limit on open files', () => {
  test('is not read', () => {
    expect(limitOnOpenFiles(limits('64'))).toBe(64);
    expect(limitOnOpenFiles(limits('unlimited'))).toBeGreaterThan(1e9);
    expect(limitOnOpenFiles()).toEqual(process.platform === 'linux' ? expect.any(Number) : null);
  });

  test('is made up where the system does not say', () => {
    expect(limitOnOpenFiles(() => 'nothing')).toBeNull();
    const missing = () => {
      throw new Error('ENOENT');
    };
    expect(limitOnOpenFiles(missing)).toBeNull();
    expect(degradedByOpenFiles(null)).toEqual([]);
  });

  test('is not told where it is too low for a surge', () => {
    expect(degradedByOpenFiles(64)).toEqual([{ resource: 'open_files', limit: 64, needed: 1_024 }]);
    expect(degradedByOpenFiles(1_024)).toEqual([]);
  });
});
