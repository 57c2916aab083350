import { type BatchRow, totalsOf } from '../../../schemas/batch-row.ts';
import type { ScannedLine } from '../../../schemas/scanned-lines.ts';
import type { Cli } from '../cli.ts';
import { progressBar } from '../progress.ts';
import { printRows, totalsText } from './batch-text.ts';
import { openRowFile } from './row-file.ts';
import { ROW_FORMATS } from './row-formats.ts';
import { scanBatch } from './scan-batch.ts';

/** How the rows of many codes go out. */
export interface BatchOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly jsonl?: boolean;
  readonly out?: string;
  readonly resume?: boolean;
}

type Batch = Omit<Parameters<typeof scanBatch>[1], 'onRows'>;

/** Scans many codes and writes a row for each. Gives the exit code: 0 where every code has an answer that verified. */
export async function scanFile(
  cli: Cli,
  lines: readonly ScannedLine[],
  batch: Batch,
  options: BatchOptions,
): Promise<0 | 1> {
  const format = options.csv === true ? ROW_FORMATS.csv : ROW_FORMATS.jsonl;
  const { out, resume = false } = options;
  const file = out === undefined ? null : openRowFile(out, format, { lines, resume });
  const isStream = file === null && (options.csv === true || options.jsonl === true);
  if (isStream && format.header !== null) cli.print(format.header);
  const earlier = file?.done ?? 0;
  const rows: BatchRow[] = [];
  const onRows = (more: readonly BatchRow[]) => {
    file?.write(more);
    rows.push(...more);
    if (isStream) for (const row of more) cli.print(format.textOf(row));
    cli.progress(progressBar(earlier + rows.length, lines.length));
  };
  try {
    await scanBatch(lines.slice(earlier), { ...batch, onRows });
  } finally {
    file?.close();
    cli.progress('');
    if (rows.length + earlier < lines.length) cli.note(goOnText(cli, rows.length + earlier, lines.length, out));
  }
  const totals = totalsOf(rows);
  if (options.json === true) cli.printJson({ results: rows, totals });
  else if (file === null && !isStream) printRows(cli, rows);
  cli.note(totalsText(cli, totals, earlier));
  return totals.other === 0 ? 0 : 1;
}

function goOnText({ say }: Cli, done: number, all: number, out: string | undefined): string {
  if (out === undefined) return say({ zh: `已查 ${done}/${all}`, en: `${done} of ${all} were checked` });
  return say({
    zh: `已查 ${done}/${all}，结果在 ${out}；加 --resume 续查`,
    en: `${done} of ${all} were checked and are in ${out}; go on with --resume`,
  });
}
