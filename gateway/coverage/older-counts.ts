import { z } from 'zod';
import { coverageGroupSchema } from '../../schemas/coverage-report.ts';
import { StoreError } from '../stores/store-error.ts';
import type { Steps } from './statement.ts';

/** Rows that one transaction takes: whoever counts meanwhile waits for it. */
const AT_ONCE = 2_048;
const COUNTER = ['issuer', 'destination', 'venue_kind', 'counter'];
/** The tables of version 0.1.0, a row for each counter, with what tells their rows apart. */
const OLDER_TABLES = {
  shown: ['minute', ...COUNTER],
  withheld: COUNTER,
  unreported: ['reporter', 'minute', ...COUNTER],
} as const satisfies Record<string, readonly string[]>;

const olderRowSchema = z.object({
  minute: z.coerce.number().int(),
  issuer: coverageGroupSchema.shape.issuer,
  destination: coverageGroupSchema.shape.destination,
  venue_kind: coverageGroupSchema.shape.venue_kind,
  counter: z.string(),
  n: z.coerce.number().int(),
  reporter: z.string().default(''),
});

/** One counter of a group. `reporter`: empty where the table has none. */
export type OlderRow = z.infer<typeof olderRowSchema>;

/** Takes a piece of what version 0.1.0 counted in one of its tables, oldest first, and none of it a second time. */
export function* takeOlder(table: keyof typeof OLDER_TABLES, what: string): Steps<OlderRow[]> {
  const key = OLDER_TABLES[table].join(', ');
  const name = `huren_coverage_${table}`;
  const sql = `DELETE FROM ${name} WHERE (${key}) IN (SELECT ${key} FROM ${name} ORDER BY ${key} LIMIT ${AT_ONCE}) RETURNING *`;
  const rows = z.array(olderRowSchema).safeParse(yield { sql, values: [] });
  if (!rows.success) throw new StoreError('damaged', what, { cause: rows.error });
  return rows.data;
}
