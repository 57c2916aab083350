import type { AttestationClaims } from '../../schemas/attestation.ts';
import type { AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import type { StatementInHand } from './attestation-rules.ts';
import { NOW_S } from './federation.fixture.ts';

/** What honest gateways say, and for each rule what breaks it and no other. For the rules' own test and for the vectors. */

type Said = { readonly [Claim in keyof AttestationClaims]?: AttestationClaims[Claim] | undefined };
type Stated = Partial<Pick<StatementInHand, 'status' | 'status_as_of'>>;

/** `said` and `stated` override a green that passes. `shown`: whether the venue has its statement in hand. */
export interface Case {
  readonly name: string;
  readonly said: Said;
  readonly stated?: Stated;
  readonly shown: boolean;
}
export type BrokenCase = Case & { readonly rule: AttestationRule };

const UNSIGNED: Said = { assurance: 'transport', evidence: undefined };
const RED: Said = { status: 'red', decision: 'restrict', reasons: ['red_ground'], provenance: 'signed' };
const YELLOW: Said = { status: 'yellow', decision: 'restrict', reasons: ['yellow_ground'], provenance: 'stated' };
const CANNOT_TELL: Said = { status: 'indeterminate', decision: 'refer' };
const WITHHELD: Said = { ...CANNOT_TELL, reasons: ['unsubstantiated'], provenance: 'violated', withheld: true };
const FAILED: Said = { ...CANNOT_TELL, ...UNSIGNED, reasons: ['issuer_unavailable'], status_as_of: null };
/** A digest in its form alone. */
const KEPT = 'A'.repeat(43);
const DAY_BEFORE = '2020-01-31T23:59:59+08:00';
const LONG_AGO = '1970-01-19T20:00:00Z';

const instant = (timeS: number) => new Date(timeS * 1000).toISOString();
const asOf = (time: string | null) => ({ said: { status_as_of: time }, stated: { status_as_of: time } });

export const HONEST: readonly Case[] = [
  { name: 'green-that-passes', said: {}, shown: true },
  { name: 'green-nobody-kept-the-evidence', said: {}, shown: false },
  { name: 'green-by-a-plain-api', said: UNSIGNED, shown: true },
  { name: 'green-that-is-referred', said: { decision: 'refer', reasons: ['popup'] }, shown: true },
  { name: 'green-used-again', said: { reasons: ['stale_used'], stale: true }, shown: true },
  { name: 'green-by-a-clock-that-runs-ahead', ...asOf(instant(NOW_S + 110)), shown: true },
  { name: 'green-of-the-first-day', ...asOf('2020-02-01T00:00:00+08:00'), shown: true },
  { name: 'red-that-restricts', said: RED, stated: { status: 'red' }, shown: true },
  { name: 'yellow-that-restricts', said: YELLOW, stated: { status: 'yellow' }, shown: true },
  {
    name: 'yellow-by-an-exception',
    said: { ...YELLOW, reasons: ['yellow_ground', 'policy_exception'] },
    stated: { status: 'yellow' },
    shown: true,
  },
  { name: 'red-unsubstantiated', said: WITHHELD, stated: { status: 'red' }, shown: false },
  { name: 'red-unsubstantiated-before-an-auditor', said: WITHHELD, stated: { status: 'red' }, shown: true },
  {
    name: 'red-contradicted-by-its-origin',
    said: { ...WITHHELD, reasons: ['origin_contradicts'], provenance: 'violated' },
    stated: { status: 'red' },
    shown: false,
  },
  {
    name: 'red-that-is-too-old',
    said: { ...CANNOT_TELL, reasons: ['too_old', 'stale_used'], stale: true, provenance: 'signed', withheld: true },
    stated: { status: 'red' },
    shown: false,
  },
  {
    name: 'unreadable-and-signed',
    said: { ...CANNOT_TELL, reasons: ['unmapped_value'], status_as_of: null },
    stated: { status: 'indeterminate', status_as_of: null },
    shown: true,
  },
  { name: 'province-away', said: FAILED, shown: true },
  {
    name: 'province-forged',
    said: { ...FAILED, reasons: ['issuer_unavailable', 'issuer_signature_invalid'] },
    shown: true,
  },
];

const UNREADABLE: Stated = { status: 'indeterminate' };
const REFERRED: Said = { ...CANNOT_TELL, reasons: ['no_national_meaning'] };

/** The rule named is the first that each breaks. */
export const BROKEN: readonly BrokenCase[] = [
  ...broken('pass_without_green', {
    'pass-of-what-nobody-can-tell': [{ status: 'indeterminate' }, UNREADABLE],
    'pass-of-a-red': [{ status: 'red', provenance: 'signed' }, { status: 'red' }],
  }),
  ...broken('restriction_without_colour', {
    'restriction-of-what-nobody-can-tell': [{ ...CANNOT_TELL, decision: 'restrict', reasons: ['popup'] }, UNREADABLE],
    'restriction-of-a-green': [{ decision: 'restrict', reasons: ['popup'] }],
  }),
  ...broken('colour_without_restriction', {
    'red-shown-and-referred': [{ ...RED, decision: 'refer', reasons: ['policy_exception'] }, { status: 'red' }],
    'yellow-shown-and-referred': [{ ...YELLOW, decision: 'refer', reasons: ['too_old'] }, { status: 'yellow' }],
  }),
  ...broken('restriction_unsubstantiated', {
    'restriction-on-a-breach': [{ ...RED, provenance: 'violated' }, { status: 'red' }],
    'restriction-on-silence': [{ ...YELLOW, provenance: 'absent' }, { status: 'yellow' }],
    'restriction-without-provenance': [{ ...RED, provenance: null }, { status: 'red' }],
  }),
  ...broken('provenance_beside_green', { 'green-with-a-provenance': [{ provenance: 'signed' }] }),
  ...broken('provenance_unexplained', {
    'breach-that-nobody-is-told': [{ ...WITHHELD, reasons: ['too_old'] }, { status: 'red' }],
    'silence-that-nobody-is-told': [{ ...WITHHELD, provenance: 'absent', reasons: ['popup'] }, { status: 'red' }],
    'unsubstantiated-in-good-order': [{ ...WITHHELD, provenance: 'stated' }, { status: 'red' }],
    'contradicted-without-provenance': [{ ...REFERRED, reasons: ['origin_contradicts'] }, UNREADABLE],
  }),
  ...broken('reason_out_of_place', {
    'pass-though-too-old': [{ reasons: ['too_old'] }],
    'pass-though-a-popup-shows': [{ reasons: ['popup'] }],
    'pass-though-the-evidence-is-too-weak': [{ reasons: ['assurance_too_low'] }],
    'pass-though-the-province-failed': [{ reasons: ['issuer_unavailable'] }],
    'pass-though-the-signature-is-wrong': [{ reasons: ['issuer_signature_invalid'] }],
    'refer-though-all-is-well': [{ decision: 'refer' }],
    'restriction-on-an-earlier-reply': [
      { ...RED, reasons: ['red_ground', 'stale_used'], stale: true },
      { status: 'red' },
    ],
    'restriction-though-too-old': [{ ...RED, reasons: ['red_ground', 'too_old'] }, { status: 'red' }],
    'ground-told-and-referred': [{ ...REFERRED, reasons: ['red_ground'] }, UNREADABLE],
  }),
  ...broken('reason_repeated', { 'reason-given-twice': [{ decision: 'refer', reasons: ['popup', 'popup'] }] }),
  ...broken('ok_beside_doubt', { 'all-is-well-and-an-exception': [{ reasons: ['ok', 'policy_exception'] }] }),
  ...broken('ground_of_another_colour', {
    'red-on-a-yellow-ground': [{ ...RED, reasons: ['yellow_ground'] }, { status: 'red' }],
    'yellow-on-a-red-ground': [{ ...YELLOW, reasons: ['yellow_ground', 'red_ground'] }, { status: 'yellow' }],
  }),
  ...broken('restriction_without_reason', {
    'red-on-no-ground': [{ ...RED, reasons: ['policy_exception'] }, { status: 'red' }],
    'yellow-on-a-popup': [{ ...YELLOW, reasons: ['popup'] }, { status: 'yellow' }],
  }),
  ...broken('failure_beside_knowledge', {
    'province-away-that-told-a-time': [{ ...FAILED, status_as_of: instant(NOW_S - 60) }],
    'province-away-that-signed': [
      { ...FAILED, assurance: 'province-signed', evidence: KEPT },
      { status: 'indeterminate', status_as_of: null },
    ],
    'province-away-that-told-whom': [{ ...FAILED, provenance: 'stated', withheld: true }],
    'province-away-and-withheld': [{ ...FAILED, withheld: true }],
  }),
  ...broken('unreadable_beside_colour', {
    'green-that-nobody-could-read': [{ decision: 'refer', reasons: ['unmapped_value'] }],
    'green-that-is-pending': [{ decision: 'refer', reasons: ['local_state_pending'] }],
  }),
  ...broken('evidence_unbound', {
    'signed-and-nothing-bound': [{ evidence: undefined }, {}, 'not shown'],
    'node-signed-and-nothing-bound': [{ assurance: 'node-signed', evidence: undefined }, {}, 'not shown'],
    'withheld-and-nothing-bound': [{ ...WITHHELD, evidence: undefined }, { status: 'red' }, 'not shown'],
  }),
  ...broken('evidence_for_transport', { 'unsigned-and-evidence-bound': [{ assurance: 'transport' }] }),
  ...broken('withheld_beside_colour', {
    'green-withheld': [{ withheld: true }],
    'red-withheld': [{ ...RED, withheld: true }, { status: 'red' }],
  }),
  ...broken('colour_not_withheld', {
    'red-referred-and-its-statement-shown': [{ ...WITHHELD, withheld: undefined }, { status: 'red' }],
  }),
  ...broken('time_missing', {
    'green-without-a-time': [{ status_as_of: null }],
    'red-without-a-time': [{ ...RED, status_as_of: null }, { status: 'red' }],
  }),
  ...broken('time_impossible', {
    'green-of-1970': [asOf(LONG_AGO).said, asOf(LONG_AGO).stated],
    'green-of-the-day-before-the-first': [asOf(DAY_BEFORE).said, asOf(DAY_BEFORE).stated],
    'red-of-1970': [
      { ...RED, status_as_of: LONG_AGO },
      { status: 'red', status_as_of: LONG_AGO },
    ],
    'green-of-tomorrow': [asOf(instant(NOW_S + 86_400)).said, asOf(instant(NOW_S + 86_400)).stated],
    'green-of-two-minutes-ahead': [asOf(instant(NOW_S + 116)).said, asOf(instant(NOW_S + 116)).stated],
  }),
  ...broken('stale_unexplained', {
    'earlier-reply-that-nobody-is-told': [{ stale: true }],
    'told-of-an-earlier-reply-that-is-none': [{ reasons: ['stale_used'] }],
  }),
  ...broken('stale_from_ahead', {
    'earlier-reply-of-a-time-to-come': [
      { ...asOf(instant(NOW_S + 30)).said, stale: true, reasons: ['stale_used'] },
      asOf(instant(NOW_S + 30)).stated,
    ],
  }),
  ...broken('life_too_long', {
    'lives-longer-than-five-minutes': [{ exp: NOW_S + 296 }],
    'is-over-before-it-begins': [{ iat: NOW_S + 30, exp: NOW_S + 30 }],
  }),
  ...broken('adapter_of_another_province', { 'adapter-of-another-province': [{ adapter: '310000@1.0.0#0' }] }),
  ...broken('way_contradicts_assurance', {
    'node-signed-and-asked-directly': [{ assurance: 'node-signed', adapter: '410000@1.0.0#0 by direct' }],
    'node-signed-by-no-way': [{ assurance: 'node-signed' }],
    'unsigned-and-asked-by-a-node': [{ ...UNSIGNED, adapter: '410000@1.0.0#0 by node' }],
    'unsigned-and-asked-by-the-national-node': [{ ...UNSIGNED, adapter: '410000@1.0.0#0 by national' }],
  }),
  ...broken('statement_says_another_status', {
    'green-over-a-red-statement': [{}, { status: 'red' }],
    'green-over-an-unreadable-statement': [{}, UNREADABLE],
    'red-over-a-green-statement': [RED, { status: 'green' }],
    'cannot-tell-and-its-green-statement-shown': [REFERRED, { status: 'green' }],
    'withheld-and-there-is-no-colour': [{ ...REFERRED, withheld: true }, UNREADABLE],
  }),
  ...broken('statement_of_another_time', {
    'older-than-it-says': [{}, { status_as_of: instant(NOW_S - 7200) }],
    'statement-without-a-time': [{}, { status_as_of: null }],
  }),
];

type Broken = readonly [said: Said, stated?: Stated, shown?: 'not shown'];

function broken(rule: AttestationRule, cases: Readonly<Record<string, Broken>>): BrokenCase[] {
  return Object.entries(cases).map(([name, [said, stated, shown]]) => {
    return { rule, name, said, ...(stated === undefined ? {} : { stated }), shown: shown === undefined };
  });
}
