import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { packGroups } from '../../coverage/packed-groups.ts';
import { PackedRow } from '../../coverage/packed-rows.ts';
import { Tally } from '../../coverage/tally.ts';

const MINUTES_A_DAY = 1_440;
const countsSchema = z.record(z.string(), z.int());

interface Sum {
  readonly span: number;
  readonly minute: number;
  readonly packed: Uint8Array;
}

/**
 * What a monitor's store grows by, from what it has for minutes that everything was read of: all but the first and the last
 * one. Hours and days are taken as they will be at their end, with the same classes of latency in them and larger numbers.
 */
export function growthOf(path: string): string[] {
  const { sums, used } = sumsIn(path);
  const minutes = [...new Set(sums.filter(({ span }) => span === 1).map(({ minute }) => minute))].sort((a, b) => a - b);
  const whole = new Set(minutes.slice(1, -1));
  if (whole.size === 0) return ['no minute was read from its beginning to its end: let nodes report for longer'];
  const ofMinutes = sums.filter(({ span, minute }) => span === 1 && whole.has(minute));
  const minuteBytes = bytesOf(ofMinutes) / whole.size;
  const keptBytes = [60, MINUTES_A_DAY].reduce((sum, span) => {
    const fullyCounted = sums.filter((row) => row.span === span).map((row) => grown(row, span / minutes.length));
    return sum + (bytesOf(fullyCounted) * MINUTES_A_DAY) / span;
  }, 0);
  // What keys, indices and half-filled pages take beside the sums themselves.
  const overhead = used / bytesOf(sums);
  const gigabytes = (bytes: number) => `${((bytes * overhead) / 1e9).toFixed(2)} GB`;
  const dayBytes = minuteBytes * MINUTES_A_DAY;
  return [
    `the store has ${(statSync(path).size / 1e6).toFixed(1)} MB after ${minutes.length} minutes`,
    `  ${Math.round(ofMinutes.length / whole.size)} rows and ${(minuteBytes / 1e6).toFixed(2)} MB a minute, by ${whole.size} that are over`,
    `a day adds ${gigabytes(dayBytes)} that are kept for a week, and ${gigabytes(keptBytes)} that are kept for 400 days`,
    `in the end it holds ${gigabytes(7 * dayBytes + 400 * keptBytes)}`,
  ];
}

/** Scans that a monitor's store has and does not show: too few are behind their groups. */
export function waitingScansIn(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare('SELECT counts FROM huren_coverage_waiting').all();
  db.close();
  const counters = rows.flatMap(({ counts }) => Object.entries(countsSchema.parse(JSON.parse(String(counts)))));
  return counters.reduce((sum, [counter, n]) => sum + (counter.startsWith('answer:') ? n : 0), 0);
}

function sumsIn(path: string) {
  const db = new DatabaseSync(path, { readOnly: true });
  const pragma = (name: string) => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
  const used = (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  const rows = db.prepare('SELECT span, minute, counts FROM huren_coverage_sum').all();
  db.close();
  const sums = rows.map(({ span, minute, counts }): Sum => {
    if (!(counts instanceof Uint8Array)) throw new Error('sums are no bytes');
    return { span: Number(span), minute: Number(minute), packed: counts };
  });
  return { sums, used };
}

function bytesOf(sums: readonly Pick<Sum, 'packed'>[]): number {
  return sums.reduce((sum, { packed }) => sum + packed.length, 0);
}

/** The same row after so many times as many scans. */
function grown({ span, minute, packed }: Sum, times: number): Pick<Sum, 'packed'> {
  const row = new PackedRow({ span, minute, province: '', part: '' });
  row.addPacked(packed);
  const groups = [...row.groups()].map(({ tally, ...name }) => {
    const more = new Tally();
    const counts = Object.entries(tally.counts()).map(([counter, n]) => [counter, Math.ceil(n * times)] as const);
    more.addCounts(Object.fromEntries(counts));
    return { ...name, tally: more };
  });
  return { packed: packGroups(groups) };
}
