/**
 * A process for the lock's test. `hold LOCK`: takes it and never lets go. `count LOCK FILE TIMES`: adds one to the number
 * in a file, so often, with a pause between reading and writing that another writer would fall into.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { holdingLock } from './ring-lock.ts';

const [, , work = '', lock = '', file = '', times = '0'] = process.argv;

if (work === 'hold') {
  await holdingLock(lock, async () => {
    process.stdout.write('held\n');
    await delay(600_000);
  });
}
process.stdout.write('waiting\n');
for (let count = 0; count < Number(times); count += 1) {
  await holdingLock(lock, async () => {
    const before = Number(readFileSync(file, 'utf8'));
    await delay(1);
    writeFileSync(file, String(before + 1));
  });
}
