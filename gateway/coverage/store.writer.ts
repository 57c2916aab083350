import { StoreError } from '../stores/store-error.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

/*
 * For a test of a full disk: adds batches to the file named by the first argument until that fails, then prints how
 * many were taken and the failure's code.
 */
const store = await openSqliteCoverage(process.argv[2] ?? '', { withholdBelow: 1 });
const counts = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`reason:${n}`, 1]));
const groups = [{ issuer: '410000', destination: '440000', venue_kind: 'hospital', counts } as const];
let taken = 0;
try {
  for (; taken < 100_000; taken += 1) await store.add({ id: `batch-${taken}`, minutes: [{ minute: taken, groups }] });
} catch (error) {
  process.stdout.write(`${taken} ${error instanceof StoreError ? error.code : String(error)}`);
}
