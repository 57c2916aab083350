import type { BenchResult, CaseResult } from './result.ts';

const COLUMNS: readonly { readonly title: string; readonly value: (one: CaseResult) => string }[] = [
  { title: 'case', value: ({ name }) => name },
  { title: 'rps', value: ({ rps }) => rps.toFixed(0) },
  { title: 'p50 ms', value: ({ p50_ms }) => p50_ms.toFixed(2) },
  { title: 'p99 ms', value: ({ p99_ms }) => p99_ms.toFixed(2) },
  { title: 'cpu us/op', value: ({ cpu_us_per_op }) => cpu_us_per_op.toFixed(0) },
  { title: 'issuer us/op', value: ({ issuer_cpu_us_per_op: issuer }) => issuer?.toFixed(0) ?? '-' },
  { title: 'upstream us/op', value: ({ upstream_cpu_us_per_op: upstream }) => upstream?.toFixed(0) ?? '-' },
  { title: 'warm-up', value: ({ warm_up_operations }) => String(warm_up_operations) },
  { title: 'operations', value: ({ operations }) => String(operations) },
  { title: 'shed', value: ({ shed }) => String(shed) },
];

/** The result for people. */
export function table(result: BenchResult): string {
  const { settings, cases, routing, log, notes, took_s } = result;
  const rows = [COLUMNS.map(({ title }) => title), ...cases.map((one) => COLUMNS.map(({ value }) => value(one)))];
  const lines = [
    machineLine(result),
    `${settings.rounds} rounds of ${settings.seconds} s, ${settings.connections} clients, ${took_s} s in all`,
    '',
    ...aligned(rows),
    '',
    ...aligned(ratioRows(result)),
    '',
    `routing: ${routing.ns_34} ns among 34 systems, ${routing.ns_3400} ns among 3400`,
    ...(log === undefined ? [] : logLines(log)),
    '',
    ...notes,
  ];
  return `${lines.join('\n')}\n`;
}

function ratioRows({ ratios, quartiles, throughput_ratios }: BenchResult): string[][] {
  return [
    ['ratio', 'median', 'half of the rounds', 'by rps'],
    ...Object.entries(ratios).map(([name, ratio]) => {
      const [q1, q3] = quartiles[name] ?? [ratio, ratio];
      return [name, String(ratio), `${q1} to ${q3}`, String(throughput_ratios[name] ?? '-')];
    }),
  ];
}

function logLines(log: NonNullable<BenchResult['log']>): string[] {
  return [
    ...log.sizes.map(
      ({ entries, prove_and_verify_us, verify_s }) =>
        `log of ${entries}: inclusion proved and verified in ${prove_and_verify_us} us, all verified in ${verify_s} s`,
    ),
    `log: ${log.append_us_per_entry} us to append an entry; a gateway opens the last one in ${log.start_from_snapshot_s} s`,
    `     from its snapshot, and in ${log.start_without_snapshot_s} s without one`,
  ];
}

/** What it was measured on. */
export function machineLine({ machine, node }: Pick<BenchResult, 'machine' | 'node'>): string {
  return `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GB, ${machine.os}, node ${node}, load before ${machine.load_before}`;
}

/** Rows of one width a column: the first to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
}
