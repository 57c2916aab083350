import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import { BenchError } from './bench-error.ts';

/**
 * Runs a measurement of this folder in a process of its own, so that nothing of ours is in its figures, and reads what it
 * prints. Throws BenchError `child_failed` with its last words.
 */
export async function runApart<T extends z.ZodType>(file: string, schema: T): Promise<z.output<T>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new BenchError('child_failed', `${file}: ${err.trim().split('\n').at(-1)}`);
  return schema.parse(JSON.parse(out));
}
