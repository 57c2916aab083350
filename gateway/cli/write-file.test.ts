import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFile } from './write-file.ts';

test('a file that cannot be written is told as a fault of the software', () => {
  const write = () => writeFile(join(import.meta.dirname, 'none/request.jws'), 'text');
  expect(write).toThrow(expect.objectContaining({ code: 'file_unreadable' }));
});
