import type { ProfileResult } from './profile-result.ts';
import { aligned, machineLine } from './table.ts';

const LEAST_SHARE = 0.005;

/** A profile for people. */
export function profileTable(result: ProfileResult): string {
  const lines = [
    machineLine(result),
    `${result.case}, ${result.connections} clients: ${result.cpu_us_per_op} us of processor time an operation`,
    ...result.servers.flatMap(serverLines),
    '',
    'Promises are counted by async_hooks, under which each await makes one more. Shares are of busy time, in samples.',
  ];
  return `${lines.join('\n')}\n`;
}

function serverLines({ server, per_op, parts, functions }: ProfileResult['servers'][number]): string[] {
  const { promises, timers, ticks, garbage_bytes, collecting_us, other_resources } = per_op;
  const others = Object.entries(other_resources).filter(([, count]) => count >= 0.01);
  const shares = (rows: ProfileResult['servers'][number]['parts']) =>
    aligned(
      rows
        .filter(({ share }) => share >= LEAST_SHARE)
        .map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`]),
    ).map((row) => `  ${row}`);
  return [
    '',
    `${server}, an operation:`,
    `  ${promises} promises, ${timers} timers, ${ticks} ticks, ${(garbage_bytes / 1024).toFixed(1)} KB of garbage, ${collecting_us} us of collecting it`,
    `  ${others.map(([type, count]) => `${count} ${type}`).join(', ')}`,
    '',
    '  share of its time, by part',
    ...shares(parts),
    '',
    '  and by function',
    ...shares(functions),
  ];
}
