import type { SweepResult } from './sweep-result.ts';
import { aligned, machineLine } from './table.ts';

/** A sweep for people. */
export function sweepTable(result: SweepResult): string {
  const { connections, entries, systems, bytes_per_entry } = result;
  const lines = [
    machineLine(result),
    '',
    ...aligned([
      ['clients', 'cold us/op', 'rps', 'p50 ms', 'p99 ms'],
      ...connections.map((one) =>
        [one.connections, one.cpu_us_per_op, one.rps, one.p50_ms, one.p99_ms].map((value) => String(value)),
      ),
    ]),
    '',
    ...aligned([
      ['answers in memory', 'MB kept', 'repeat us/op'],
      ...entries.map((one) => [one.entries, one.kept_mb, one.cpu_us_per_repeat].map((value) => String(value))),
    ]),
    `${bytes_per_entry} bytes an answer`,
    '',
    ...aligned([
      ['systems', 'ns a look-up'],
      ...systems.map((one) => [one.systems, one.lookup_ns].map((value) => String(value))),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
