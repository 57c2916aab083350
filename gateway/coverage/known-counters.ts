import { keysOf, REASONS } from '../../schemas/code-lists/index.ts';
import { type CoverageGroup, type CoverageReport, REPORTS_KEPT_S, UNTOLD } from '../../schemas/coverage-report.ts';
import { problemCodeSchema } from '../../schemas/problem.ts';
import { statementOutcomeSchema } from '../../schemas/statement-exchange.ts';
import { ALL_CELLS, cellName } from '../policy/cells.ts';
import { isOfCountry } from './certificate-countries.ts';
import { ANSWERS } from './coverage-groups.ts';
import { LATENCY_CLASSES } from './latency-sketch.ts';

/** A report with what a node can have counted alone, and how many of its counters were something else. */
export interface TakenReport {
  readonly report: CoverageReport;
  readonly leftOut: number;
}

/**
 * A report with the counters that this version knows, of minutes that nodes still tell of. The threat is a node that makes up
 * names or goes through old minutes: each would be a row, or a name in one, of a store that keeps days for more than a year. What a
 * newer version counts beside them is left out alike, and the rest of its report counts.
 */
export function takenOf(report: CoverageReport): TakenReport {
  const oldest = Math.floor((report.iat - REPORTS_KEPT_S) / 60);
  let leftOut = 0;
  const minutes = report.minutes.map(({ minute, groups }) => ({
    minute,
    groups: groups.flatMap((group) => {
      const names = Object.keys(group.counts);
      const known = minute < oldest ? [] : names.filter((counter) => isKnown(group.venue_kind, counter));
      if (known.length === names.length) return [group];
      leftOut += names.length - known.length;
      return known.length === 0 ? [] : [{ ...group, counts: only(known, group.counts) }];
    }),
  }));
  return leftOut === 0 ? { report, leftOut } : { report: { ...report, minutes }, leftOut };
}

function only(counters: readonly string[], counts: CoverageGroup['counts']): CoverageGroup['counts'] {
  return Object.fromEntries(counters.map((counter) => [counter, counts[counter] ?? 0]));
}

function isKnown(venueKind: CoverageGroup['venue_kind'], counter: string): boolean {
  if (venueKind === UNTOLD) return STATED.has(counter) || isOfCountry(counter);
  asked ??= new Set(countersOfVenues());
  return asked.has(counter);
}

const STATED: ReadonlySet<string> = new Set(
  statementOutcomeSchema.options.map(({ shape }) => `stated:${shape.outcome.value}`),
);

/** Made with the first report: every command loads this file. */
let asked: ReadonlySet<string> | undefined;

function* countersOfVenues(): Generator<string> {
  yield* ANSWERS.keys();
  for (const reason of keysOf(REASONS)) yield `reason:${reason}`;
  for (const problem of problemCodeSchema.values) yield `refused:${problem}`;
  for (const cell of ALL_CELLS) yield `cell:${cellName(cell)}`;
  for (let rank = 0; rank < LATENCY_CLASSES; rank += 1) yield `ms:${rank}`;
}
