import { isPossibleAsOf } from '../../schemas/as-of.ts';
import { ATTESTATION_LIFETIME_S, type AttestationClaims } from '../../schemas/attestation.ts';
import { CLOCK_SKEW_S, secondOf } from '../../schemas/clocks.ts';
import type { AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import { keysOf, type ProvinceCode, REASON_USES, type ReasonCode } from '../../schemas/code-lists/index.ts';
import type { StatementPayload } from '../../schemas/statement.ts';
import type { Assurance } from '../../schemas/status.ts';

/** What a statement's signature covers that an attestation may speak of, and where its signer stands. */
export interface StatementInHand extends Pick<StatementPayload, 'status' | 'status_as_of' | 'iat' | 'exp'> {
  readonly province: ProvinceCode;
  readonly signedBy: Exclude<Assurance, 'transport'>;
}

/** The statements that were handed in beside it; null where nobody kept them, and the attestation stands alone. */
export type EvidenceInHand = readonly StatementInHand[] | null;

/** True where the rule is kept. */
type Holds = (said: AttestationClaims, evidence: EvidenceInHand) => boolean;

/**
 * Every rule across an attestation's members and its evidence, in the order in which they are looked at. The threat is a
 * gateway that lies, or that is wrong: each of them holds for whatever an honest one can come to, so a gateway asks
 * before it signs, and whoever verifies asks again.
 */
const RULES: Readonly<Record<AttestationRule, Holds>> = {
  // Status and decision.
  pass_without_green: ({ decision, status }) => decision !== 'pass' || status === 'green',
  restriction_without_colour: ({ decision, status }) => decision !== 'restrict' || isHarsh(status),
  colour_without_restriction: ({ decision, status }) => !isHarsh(status) || decision === 'restrict',

  // What the colour rests on.
  restriction_unsubstantiated: ({ status, provenance }) =>
    !isHarsh(status) || provenance === 'signed' || provenance === 'stated',
  provenance_beside_green: ({ status, provenance }) => status !== 'green' || provenance === null,
  provenance_unexplained: ({ provenance, reasons }) =>
    (provenance === 'absent' || provenance === 'violated') === comesFrom('substantiation', reasons),

  // Reasons.
  reason_out_of_place: ({ decision, reasons }) => reasons.every((reason) => mayStandBeside(reason, decision)),
  reason_repeated: ({ reasons }) => reasons.every((reason, at) => reasons.indexOf(reason) === at),
  ok_beside_doubt: ({ reasons }) => !reasons.includes('ok') || reasons.length === 1,
  ground_of_another_colour: ({ status, reasons }) =>
    reasons.every((reason) => GROUND_OF.every(([colour, ground]) => reason !== ground || status === colour)),
  restriction_without_reason: ({ decision, reasons }) =>
    decision !== 'restrict' || GROUND_OF.some(([, ground]) => reasons.includes(ground)),
  failure_beside_knowledge: (said) =>
    !comesFrom('failure', said.reasons) ||
    (said.assurance === 'transport' && said.status_as_of === null && said.provenance === null && !said.withheld),
  unreadable_beside_colour: ({ status, reasons }) =>
    status === 'indeterminate' || !reasons.some((reason) => UNREADABLE.has(reason)),

  // Evidence that is bound, withheld or absent.
  evidence_unbound: ({ assurance, evidence }) => assurance === 'transport' || evidence !== undefined,
  evidence_for_transport: ({ assurance, evidence }) => assurance !== 'transport' || evidence === undefined,
  withheld_beside_colour: ({ withheld, status }) => withheld === undefined || status === 'indeterminate',
  colour_not_withheld: ({ withheld, status, provenance }) =>
    status !== 'indeterminate' || provenance === null || withheld === true,

  // Times.
  time_missing: ({ status, status_as_of }) => status === 'indeterminate' || status_as_of !== null,
  time_impossible: ({ status, status_as_of, iat }) =>
    status === 'indeterminate' || status_as_of === null || isPossibleAsOf(secondOf(status_as_of), iat),
  stale_unexplained: ({ stale, reasons }) => stale === reasons.includes('stale_used'),
  stale_from_ahead: ({ stale, status_as_of, iat }) => !stale || status_as_of === null || secondOf(status_as_of) <= iat,
  life_too_long: ({ iat, exp }) => exp > iat && exp - iat <= ATTESTATION_LIFETIME_S,

  // Who was asked, and how.
  adapter_of_another_province: ({ adapter, issuer_province }) => adapter.startsWith(`${issuer_province}@`),
  way_contradicts_assurance: ({ adapter, assurance }) =>
    assurance === 'province-signed' || (assurance === 'node-signed') === BY_A_NODE.test(adapter),

  // Against the statement itself, where it is in hand.
  statement_count: ({ assurance, withheld }, evidence) =>
    evidence === null ||
    (assurance === 'transport'
      ? evidence.length === 0
      : evidence.length === 1 || (withheld === true && evidence.length === 0)),
  statement_of_another_province: ({ issuer_province }, evidence) =>
    each(evidence, ({ province }) => province === issuer_province),
  // A node's word must not pass for its province's own, nor the other way round.
  statement_by_another_signer: ({ assurance }, evidence) => each(evidence, ({ signedBy }) => signedBy === assurance),
  statement_says_another_status: ({ status, withheld }, evidence) =>
    each(evidence, (stated) => (withheld ? stated.status !== 'indeterminate' : stated.status === status)),
  statement_of_another_time: ({ status_as_of }, evidence) =>
    status_as_of === null || each(evidence, (stated) => stated.status_as_of === status_as_of),
  statement_out_of_date: ({ iat: atS }, evidence) =>
    each(evidence, ({ iat, exp }) => iat <= atS + CLOCK_SKEW_S && exp > atS - CLOCK_SKEW_S),
};
const NAMES = keysOf(RULES);

/** The rules that what is said breaks, alone or against the statements in hand; none where it keeps all of them. */
export function brokenRules(said: AttestationClaims, evidence: EvidenceInHand): AttestationRule[] {
  return NAMES.filter((name) => !RULES[name](said, evidence));
}

const GROUND_OF = [
  ['yellow', 'yellow_ground'],
  ['red', 'red_ground'],
] as const;
/** These say that there is no colour; the others say why one is not acted upon. */
const UNREADABLE: ReadonlySet<ReasonCode> = new Set(['unmapped_value', 'local_state_pending', 'as_of_impossible']);
/** How an adapter is named that a node was asked by. */
const BY_A_NODE = / by (?:node|national)$/;

function isHarsh(status: AttestationClaims['status']): boolean {
  return status === 'yellow' || status === 'red';
}

function mayStandBeside(reason: ReasonCode, decision: AttestationClaims['decision']): boolean {
  return REASON_USES[reason].beside.some((one) => one === decision);
}

function comesFrom(source: 'failure' | 'substantiation', reasons: readonly ReasonCode[]): boolean {
  return reasons.some((reason) => REASON_USES[reason].from === source);
}

function each(evidence: EvidenceInHand, holds: (statement: StatementInHand) => boolean): boolean {
  return evidence === null || evidence.every(holds);
}
