import type { FailureReason, RecordReason } from '../../schemas/code-lists/index.ts';
import type { Way } from '../../schemas/manifest.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import type { Assurance } from '../../schemas/status.ts';
import type { Spoken } from '../trust/status-statement.ts';

/**
 * What is known of one code. It begins with the province's word and grows with every step until an answer is made of it:
 * each step adds its own members, and none wraps what the one before has found.
 */
export type Knowledge = Claimed | Absent | Unknowable;

/** Claims with what stands behind them. */
export interface Claimed {
  readonly kind: 'claims';
  readonly claims: StatusClaims;
  readonly localGroundOnly: boolean;
  readonly reasons: readonly RecordReason[];
  readonly assurance: Assurance;
  /** As it was signed, disclosures included; null for a plain API: there is nothing to show. */
  readonly statement: string | null;
  /** What it says to everybody, where it was read for this very answer: of an earlier one it is read again. */
  readonly spoken?: Spoken;
  /** By which way the province was asked; null where nothing that it said counts. */
  readonly way: Way | null;
}

/** The province's own word that there is no such code. */
export interface Absent {
  readonly kind: 'absent';
  readonly why: 'expired' | 'unknown';
}

/** Nobody can tell, and why. */
export interface Unknowable {
  readonly kind: 'unknowable';
  readonly reasons: readonly FailureReason[];
  readonly assurance: 'transport';
  /** Nothing is wrong there but that it is asked too much, and perhaps for how long. */
  readonly busy: { readonly retryAfterMs: number | null } | null;
}

/** What the province said, and when what vouches for it ends, statement or chain; infinity where nobody signed. */
export type Told = Exclude<Knowledge, Absent> & { readonly validUntilMs: number };

/** Where an answer came from: the province, a cache, or a cache after the province failed. */
export type AnswerPath = 'cold' | 'cached' | 'stale';

/** The same with where it came from; an earlier answer may stand in for a province that cannot answer. */
export type Recalled<K extends Knowledge = Knowledge> = K & { readonly path: AnswerPath };
