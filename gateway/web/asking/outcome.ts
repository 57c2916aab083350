import type { AccessReason } from '../../../schemas/access-reason.ts';
import type { AttestationClaims } from '../../../schemas/attestation.ts';
import type { CredentialCode } from '../../../schemas/code-lists/credential-codes.ts';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import type { CredentialFamily } from '../../../schemas/credential-family.ts';
import { ownMember } from '../../../schemas/own-member.ts';
import type { ProblemCode } from '../../../schemas/problem.ts';
import type { Remedy } from '../../../schemas/remedy.ts';
import type { Decision } from '../../../schemas/status.ts';
import { NO_PHONE_TEXT, noPhoneText } from '../../../schemas/texts/answer.ts';
import { DECISION_WORDS } from '../../../schemas/texts/decision-words.ts';
import {
  DOOR_NEXT_TEXTS,
  INTERNAL_UNNUMBERED_TEXT,
  LAST_RESORT_TEXT,
  OPERATOR_NEXT_TEXTS,
  PASS_NO_PHONE_TEXT,
  SIGN_IN_OTHERWISE_TEXTS,
  SIGN_IN_USELESS_TEXT,
  TOKEN_USELESS_TEXT,
  TRY_AGAIN_TEXT,
  tryAgainText,
  UNRECOGNISED_OPERATOR_TEXTS,
  withRetryAfter,
} from '../../../schemas/texts/door-next.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { SCAN_PROBLEM_TEXTS, type ScanProblemCode } from '../../../schemas/texts/scan-problems.ts';
import { checkText, type FailedCheck } from '../../../schemas/texts/trust-errors.ts';
import type { PassClaims } from '../../trust/recognition-pass.ts';
import type { TrustErrorCode } from '../../trust/trust-error.ts';
import type { VenueAccess } from './venue-access.ts';

/** What one scan came to. Whatever a signature covers was verified before it is here. */
export type Outcome =
  | { readonly kind: 'answer'; readonly claims: AttestationClaims; readonly remedy: Remedy | null }
  | { readonly kind: 'pass'; readonly claims: PassClaims; readonly listAsOfS: number }
  | { readonly kind: 'unverified'; readonly failure: FailedCheck }
  /** A pass of which nobody here can tell whether it was withdrawn: neither good nor bad. */
  | { readonly kind: 'untold'; readonly failure: FailedCheck }
  /**
   * A certificate that its holder carries, by its issuer as the trust list has it; `listedS`: when that list was issued, the
   * oldest where there are several; `family`: what was looked up of it goes by that. What it certifies is nobody's here.
   */
  | {
      readonly kind: 'certificate';
      readonly issuer: string;
      readonly family: CredentialFamily;
      readonly listedS: number;
    }
  /** A pass or a certificate that is not believed. */
  | {
      readonly kind: 'refused';
      readonly carried: 'pass' | 'certificate';
      readonly code: TrustErrorCode | CredentialCode;
      readonly text: LocalisedText;
      readonly next: LocalisedText;
    }
  | {
      readonly kind: 'problem';
      readonly code: ProblemCode | ScanProblemCode | CredentialCode;
      readonly text: LocalisedText;
      readonly next: LocalisedText;
      /** What exactly is wrong with a token. */
      readonly reason?: AccessReason | undefined;
      /** Of a code that is not recognised: why, as an `UnrecognisedKind`. */
      readonly detail?: string | undefined;
      /** Under which the gateway's log has the request. */
      readonly request_id?: string | undefined;
      /** After how many seconds to ask again, where the gateway says so. */
      readonly retryAfterS?: number | undefined;
    };

export type Problem = Extract<Outcome, { kind: 'problem' }>;

/** A problem that this page found itself. */
export function scanProblem(code: ScanProblemCode): Problem {
  const { next, ...text } = SCAN_PROBLEM_TEXTS[code];
  return { kind: 'problem', code, text, next };
}

/** What a new token is free of. Whatever else is wrong with one, the next that the same server gives has as well. */
const GONE_WITH_THE_TOKEN: ReadonlySet<AccessReason> = new Set<AccessReason>([
  'expired',
  'not_yet_valid',
  'inactive',
  'malformed',
  'signature_invalid',
  'key_unknown',
  'key_withdrawn',
]);

/** Whether it is enough that somebody signs in, once more or for the first time. */
export function isMendedBySigningIn(outcome: Outcome): boolean {
  if (outcome.kind !== 'problem') return false;
  if (outcome.code === 'access_missing' || outcome.code === 'token_missing') return true;
  const { code, reason } = outcome;
  return code === 'token_invalid' && (reason === undefined || GONE_WITH_THE_TOKEN.has(reason));
}

/** Whether somebody was signed in with this gateway and is no more. */
export function hasSignInEnded(outcome: Outcome, way: VenueAccess['way']): boolean {
  return way === 'session' && isMendedBySigningIn(outcome) && !('code' in outcome && outcome.code === 'access_missing');
}

/** Why there is none; what a session's token lacks is nothing that whoever signs in has ever seen. */
export function whyOf(outcome: Refused, way: VenueAccess['way']): LocalisedText {
  return hasSignInEnded(outcome, way) ? SCAN_TEXTS.sign_in_ended : outcome.text;
}

/** Whether it is enough that this device gets a trust bundle. */
export function isMendedByBundle(outcome: Outcome): boolean {
  return outcome.kind === 'problem' && (outcome.code === 'bundle_missing' || outcome.code === 'bundle_lapsed');
}

/** No answer, or what was carried does not count. */
export type Refused = Extract<Outcome, { kind: 'problem' | 'refused' }>;

/** What somebody at a door does about a refusal; `way`: how this page comes to ask as a venue, which is the button's word too. */
export function doorNextOf(outcome: Refused, way: VenueAccess['way']): LocalisedText {
  const { code, next } = outcome;
  if (isMendedBySigningIn(outcome) && way !== 'session') return SIGN_IN_OTHERWISE_TEXTS[way];
  if (code === 'token_invalid' && !isMendedBySigningIn(outcome)) return SIGN_IN_USELESS_TEXT;
  const known = doorTextOf(code);
  const isTimed = known === TRY_AGAIN_TEXT && outcome.kind === 'problem' && outcome.retryAfterS !== undefined;
  return isTimed ? tryAgainText(outcome.retryAfterS) : (known ?? next);
}

/** Null: its own advice is for whoever reads it. */
function doorTextOf(code: string): LocalisedText | null {
  const texts: Readonly<Record<string, LocalisedText | null>> = DOOR_NEXT_TEXTS;
  return ownMember(texts, code) ?? null;
}

/** What whoever runs the scanner does about a refusal; null: there is nothing beside what is done at the door. */
export function operatorNextOf(outcome: Refused, way: VenueAccess['way']): LocalisedText | null {
  const { code, next } = outcome;
  if (outcome.kind === 'refused' || doorTextOf(code) === null) return null;
  // What a sandbox lends is nobody's to get.
  if (way === 'sandbox' && isMendedBySigningIn(outcome)) return null;
  // A session that is over is nobody's fault.
  if (hasSignInEnded(outcome, way) && (outcome.reason ?? 'expired') === 'expired') return null;
  if (code === 'code_unrecognised') {
    const texts: Readonly<Record<string, LocalisedText | null>> = UNRECOGNISED_OPERATOR_TEXTS;
    return ownMember(texts, outcome.detail ?? 'not_a_code') ?? null;
  }
  if (code === 'internal' && outcome.request_id === undefined) return INTERNAL_UNNUMBERED_TEXT;
  if (code === 'token_invalid' && !isMendedBySigningIn(outcome)) return TOKEN_USELESS_TEXT;
  const texts: Readonly<Record<string, LocalisedText>> = OPERATOR_NEXT_TEXTS;
  const own = ownMember(texts, code) ?? next;
  return outcome.retryAfterS === undefined ? own : withRetryAfter(own, outcome.retryAfterS);
}

/** What helps somebody who may have no phone; null: nothing does, or what there is would mislead beside this outcome. */
export function noPhoneOf(outcome: Outcome): LocalisedText | null {
  switch (outcome.kind) {
    case 'answer':
      return noPhoneText(outcome.claims);
    case 'unverified':
      return NO_PHONE_TEXT;
    case 'refused':
      return outcome.carried === 'pass' ? PASS_NO_PHONE_TEXT : null;
    case 'problem':
      return outcome.code === 'pass_elsewhere' ? PASS_NO_PHONE_TEXT : null;
    // Nothing is wanting, or whether a pass that was shown still counts is what nobody can tell.
    case 'pass':
    case 'certificate':
    case 'untold':
      return null;
  }
}

/** Refusals of one reading, after which another may do; nobody is turned away where it does not. */
const READ_AGAIN: ReadonlySet<string> = new Set<ProblemCode | ScanProblemCode>([
  'code_unrecognised',
  'code_expired',
  'personal_identifier_refused',
  'no_code_in_picture',
  'picture_unreadable',
]);

/** After which something else of theirs may be scanned, or the same in a moment. */
const SCANNED_IN_A_MOMENT: ReadonlySet<string> = new Set<ProblemCode | ScanProblemCode>([
  'pass_elsewhere',
  'gateway_unreachable',
  'rate_limited',
  'request_timeout',
  'unavailable',
]);

/** What is left where reading it again gives no answer either; null: what to do has been said. */
export function lastResortOf({ code }: { readonly code: string }): LocalisedText | null {
  return READ_AGAIN.has(code) ? LAST_RESORT_TEXT : null;
}

/** Whether what is scanned next is the same person's, and not the next one's. */
export function isSamePersonNext(outcome: Outcome): boolean {
  if (outcome.kind === 'untold' || outcome.kind === 'refused') return true;
  return outcome.kind === 'problem' && (READ_AGAIN.has(outcome.code) || SCANNED_IN_A_MOMENT.has(outcome.code));
}

/** A pass that is not believed, and why. */
export function refusedPass(failure: FailedCheck & { readonly code: TrustErrorCode }): Outcome {
  if (failure.code === 'status_list_missing' || failure.code === 'status_list_stale')
    return { kind: 'untold', failure };
  // Scanning again with a clock that is off gives the same answer for ever.
  const { next } = SCAN_PROBLEM_TEXTS[failure.code === 'not_yet_valid' ? 'clock_behind' : 'pass_elsewhere'];
  return { kind: 'refused', carried: 'pass', code: failure.code, text: checkText(failure), next };
}

/** What to do, in one word: where an answer is nobody's, or nobody can tell, a person looks into it. */
export function decisionOf(outcome: Outcome): Decision | null {
  if (outcome.kind === 'answer') return outcome.claims.decision;
  if (outcome.kind === 'pass' || outcome.kind === 'certificate') return 'pass';
  return outcome.kind === 'unverified' || outcome.kind === 'untold' ? 'refer' : null;
}

/** The word that is read from afar, and in a list. */
export function wordOf(outcome: Outcome): LocalisedText {
  if (outcome.kind === 'unverified') return SCAN_TEXTS.unverified;
  if (outcome.kind === 'refused') return SCAN_TEXTS[`${outcome.carried}_not_valid`];
  const decision = decisionOf(outcome);
  if (decision !== null) return DECISION_WORDS[decision];
  const mayEnter = outcome.kind === 'problem' && outcome.code === 'check_not_permitted';
  return mayEnter ? SCAN_TEXTS.no_check : SCAN_TEXTS.no_answer;
}

export function isVerified({ kind }: Outcome): boolean {
  return kind === 'answer' || kind === 'pass' || kind === 'certificate';
}
