import type { ProvinceCode, VenueKind } from '../../schemas/code-lists/index.ts';
import type { CoverageGroup, CoverageReport } from '../../schemas/coverage-report.ts';
import type { ANY_KIND, MinuteGroups, SummedGroup } from './coverage-groups.ts';
import type { FoldedReport, ReportJudgement } from './judge-report.ts';
import type { Tally } from './tally.ts';

/** What was counted here since the last time, and who reports it. `id`: sent again after a doubtful outcome, it counts once. */
export interface CountedBatch {
  readonly id: string;
  readonly minutes: readonly MinuteGroups[];
}

/** What everybody counted in some minutes from `minute` on. */
export interface TimedTally {
  readonly minute: number;
  readonly tally: Tally;
}

/** Sums of everything after a minute: of all kinds of venues together, of each, or of one; or of certificates, by country. */
export interface SumsWish {
  readonly afterMinute: number;
  readonly venueKind: VenueKind | typeof ANY_KIND | 'each' | 'countries';
  readonly issuer?: ProvinceCode | undefined;
  readonly destination?: ProvinceCode | undefined;
}

/** A report that was made and can be signed: its payload, byte for byte. */
export interface SealedReport {
  readonly number: number;
  readonly body: string;
}

/** The last report that somebody has; number 0: none. */
export interface KnownReport {
  readonly epoch: string | null;
  readonly number: number;
}

/** What the next report of a reporter is made from. */
export interface ReportDraft {
  readonly epoch: string;
  readonly number: number;
  readonly previous: string | null;
  readonly fromS: number;
  readonly minutes: readonly MinuteGroups[];
}

/** A report by another node that was verified. */
export interface ReceivedReport {
  readonly digest: string;
  readonly report: CoverageReport;
  readonly receivedS: number;
}

/**
 * What is known of a node that reports here. `gaps`: how often reports of it were lost. `gapS`, `restartedS`: when that was
 * seen last, and when its numbering began anew last, in seconds since 1970.
 */
export interface Sender extends FoldedReport {
  readonly node: string;
  readonly reportedS: number;
  readonly receivedS: number;
  readonly gaps: number;
  readonly gapS: number | null;
  readonly restartedS: number | null;
  /** What the last report that was not counted was. */
  readonly fault: string | null;
  readonly breakers: CoverageReport['breakers'];
}

/** Where all instances add up what they counted, and what they were told. Throws StoreError. */
export interface CoverageStore {
  /** Adds what was counted here, in one step, to the counts and to what is to be reported. */
  readonly add: (batch: CountedBatch) => Promise<void>;
  /** Sums of what may be shown, group by group. */
  readonly sums: (wish: SumsWish) => Promise<SummedGroup[]>;
  /** The same of everybody's scans of recognised provinces, over at most `perMinutes` each, in order of time. */
  readonly series: (wish: SumsWish, perMinutes: number) => Promise<TimedTally[]>;
  /** The groups that something is withheld of. */
  readonly withheld: () => Promise<CoverageGroup[]>;
  /** Makes the next report of a reporter from what it has not reported, unless the last is younger than `everyS`. */
  readonly seal: (
    reporter: string,
    nowS: number,
    everyS: number,
    bodyOf: (draft: ReportDraft) => string,
  ) => Promise<void>;
  /** Reports of that reporter after a known one, oldest first; all of them where that is of another numbering. */
  readonly reportsAfter: (reporter: string, known: KnownReport, most: number) => Promise<readonly SealedReport[]>;
  /** Judges a report, and adds its counts in the same step where it comes next. */
  readonly fold: (received: ReceivedReport) => Promise<ReportJudgement>;
  /** Notes why a report of that node was not even judged. */
  readonly noteFault: (node: string, fault: string) => Promise<void>;
  readonly senders: () => Promise<readonly Sender[]>;
  /** Adds what version 0.1.0 has counted on the same database meanwhile. A store that is opened has done so. */
  readonly takeOver: () => Promise<void>;
  /** Resolves where the store answers. */
  readonly probe: () => Promise<void>;
  /** Forgets minutes after a week, hours and days after 400 days. */
  readonly forget: (nowMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What a store is opened with. */
export interface CoverageTerms {
  /** A group with fewer scans than this is withheld until more have come. */
  readonly withholdBelow: number;
}
