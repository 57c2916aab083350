import { type Cli, printable } from './cli.ts';
import type { LogEntry } from './log-api.ts';
import { tableLines } from './table.ts';

/** One line an entry: index, time, kind, what it is about, who signed it. */
export function printEntries(cli: Cli, entries: readonly LogEntry[]): void {
  const unreadable = cli.say({ zh: '（无法读取）', en: '(cannot be read)' });
  const rows = entries.map(({ index, at, kind, about, iss }) => [
    String(index),
    at ?? unreadable,
    kind ?? '',
    printable(about ?? ''),
    printable(iss ?? ''),
  ]);
  for (const line of tableLines(rows)) cli.print(line);
}
