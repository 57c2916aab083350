import { z } from 'zod';
import { type ProvinceCode, provinceCodeSchema, reasonCodeSchema } from './code-lists/index.ts';
import { decisionSchema, instantSchema, statusSchema } from './status.ts';

/**
 * What one code of many came to, by its line. It names no code and no person. Of an answer that did not verify there is
 * nothing but why; `problem` is the code of a refusal, or of the check that failed.
 */
export const batchRowSchema = z.strictObject({
  line: z.int().min(1),
  verified: z.boolean(),
  decision: decisionSchema.nullable(),
  status: statusSchema.nullable(),
  issuer: provinceCodeSchema.nullable(),
  reasons: z.array(reasonCodeSchema),
  status_as_of: instantSchema.nullable(),
  problem: z.string().nullable(),
});
export type BatchRow = z.infer<typeof batchRowSchema>;

/** How many came to what; `other`: no answer that verified. */
export type BatchTotals = Readonly<Record<'codes' | 'pass' | 'restrict' | 'refer' | 'other', number>>;

/** A row without an answer: why, by closed code. */
export function rowWithout(line: number, problem: string): BatchRow {
  const nothing = { decision: null, status: null, issuer: null, reasons: [], status_as_of: null };
  return { line, verified: false, ...nothing, problem };
}

/** The row of a pass that verified: a green that was recognised, as of when it was. */
export function rowOfPass(
  line: number,
  { issuer_province: issuer, status_as_of }: { readonly issuer_province: ProvinceCode; readonly status_as_of: string },
): BatchRow {
  const said = { decision: 'pass', status: 'green', issuer, reasons: ['ok' as const], status_as_of } as const;
  return { line, verified: true, ...said, reasons: [...said.reasons], problem: null };
}

export function totalsOf(rows: readonly BatchRow[]): BatchTotals {
  const totals = { codes: rows.length, pass: 0, restrict: 0, refer: 0, other: 0 };
  for (const { decision } of rows) totals[decision ?? 'other'] += 1;
  return totals;
}

/** The columns of a row as CSV (RFC 4180). Everything in them is a closed code, a number or a time: nothing needs quoting. */
export const BATCH_CSV_HEADER = 'line,verified,decision,status,issuer,reasons,status_as_of,problem';

export function csvOf(row: BatchRow): string {
  const { line, verified, decision, status, issuer, reasons, status_as_of, problem } = row;
  return [line, verified, decision, status, issuer, reasons.join(' '), status_as_of, problem]
    .map((cell) => cell ?? '')
    .join(',');
}
