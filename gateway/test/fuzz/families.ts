import { fuzzAsks } from './asks.ts';
import { fuzzAttestations } from './attestations.ts';
import { fuzzCredentials } from './credentials.ts';
import { fuzzReplies } from './replies.ts';
import type { FuzzReport, FuzzRun } from './report.ts';
import { fuzzScans } from './scans.ts';
import { fuzzStatements } from './statements.ts';
import { fuzzTimes } from './times.ts';
import { fuzzVerifiers } from './verifiers.ts';

/** One kind of what comes from outside, with generators and an oracle of its own. */
interface Family {
  readonly fuzz: (run: FuzzRun) => Promise<FuzzReport>;
  /** Of the cases of a run over all families, in hundredths: about as long for each as its cases take. */
  readonly share: number;
}

/** What can be fuzzed. */
export const FAMILIES: ReadonlyMap<string, Family> = new Map([
  ['scans', { fuzz: fuzzScans, share: 25 }],
  ['times', { fuzz: fuzzTimes, share: 25 }],
  ['replies', { fuzz: fuzzReplies, share: 18 }],
  ['credentials', { fuzz: fuzzCredentials, share: 2 }],
  ['statements', { fuzz: fuzzStatements, share: 8 }],
  ['attestations', { fuzz: fuzzAttestations, share: 8 }],
  ['verifiers', { fuzz: fuzzVerifiers, share: 12 }],
  ['asks', { fuzz: fuzzAsks, share: 2 }],
]);

/** How many cases each family has of `cases` over all of them: its share, and at least one. */
export function casesByFamily(cases: number): Map<string, number> {
  return new Map([...FAMILIES].map(([name, { share }]) => [name, Math.max(1, Math.round((cases * share) / 100))]));
}
