import type { JsonValue } from '../../schemas/scenarios.ts';
import type { JsonMembers } from './cbor.ts';
import { CredentialError } from './credential-error.ts';
import type { CertifiedKind } from './credential-trust.ts';

/** One member: what is not there is undefined. */
type Check = (value: JsonValue | undefined) => boolean;
type Shape = readonly (readonly [name: string, check: Check])[];

/** Before 1.3.0 the doses of one course stood beside one another. */
const SEVERAL_ENTRIES = /^1\.[0-2]\./;
const MAX_ENTRIES = 8;
const MAX_NUMBER = 99;

/*
 * EU DCC payload, schema versions 1.0.0 to 1.3.3 (eu-dcc-schema, cited): what all of these versions ask for, so that a
 * certificate of any of them is read, and one that none of them allows is not. Other members are let be. It is looked at and
 * not copied: this is done once a scan, and a parser that builds what it has checked takes as long as the rest of reading.
 */
const text = textUpTo(200);
/** Of its form alone: issuers have written the 17th month, and what a date comes to is for the rules to say. */
const date = textLike(/^\d{4}-\d\d-\d\d(T.{1,30})?$/);
const dateTime = textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d/);
/** Of the year, of the month or of the day, or nothing: what is known of it. */
const birth = textLike(/^((19|20)\d\d(-\d\d){0,2}(T00:00:00)?)?$/);
const transliterated = textLike(/^[A-Z<]{0,80}$/);

const NAME: Shape = [
  ['fn', orUndefined(text)],
  ['fnt', orUndefined(transliterated)],
  ['gn', orUndefined(text)],
  ['gnt', orUndefined(transliterated)],
];
const ENTRY: Shape = [
  ['tg', text],
  ['co', textUpTo(10)],
  ['is', text],
  ['ci', text],
];
const VACCINATION: Shape = [
  ...ENTRY,
  ['vp', text],
  ['mp', text],
  ['ma', text],
  ['dn', isDoseNumber],
  ['sd', isDoseNumber],
  ['dt', date],
];
const TEST: Shape = [
  ...ENTRY,
  ['tt', text],
  ['nm', orNothing(text)],
  ['ma', orNothing(text)],
  ['sc', dateTime],
  ['tr', text],
  ['tc', orNothing(text)],
];
const RECOVERY: Shape = [...ENTRY, ['fr', date], ['df', date], ['du', date]];
const PAYLOAD: Shape = [
  ['ver', textLike(/^1\.\d+\.\d+$/)],
  ['nam', isName],
  ['dob', birth],
  ['v', entriesOf(VACCINATION)],
  ['t', entriesOf(TEST)],
  ['r', entriesOf(RECOVERY)],
];

/**
 * What a DCC certifies: events of exactly one kind, and exactly one since version 1.3.0; of somebody who was born when it
 * was issued (`issuedS` in epoch seconds, null where it does not say). Throws `content_malformed`.
 */
export function dccContent(payload: JsonMembers, issuedS: number | null): CertifiedKind {
  if (!hasShape(payload, PAYLOAD)) throw malformed();
  const { v, t, r, ver, dob } = payload;
  const [doses, tests, recoveries] = [countOf(v), countOf(t), countOf(r)];
  const count = doses + tests + recoveries;
  if (count === 0 || count !== Math.max(doses, tests, recoveries)) throw malformed();
  if (count > 1 && !SEVERAL_ENTRIES.test(String(ver))) throw malformed();
  if (issuedS !== null && Date.parse(String(dob)) > issuedS * 1000) throw malformed();
  if (doses > 0) return 'vaccination';
  return tests > 0 ? 'test' : 'recovery';
}

function hasShape(members: JsonMembers, shape: Shape): boolean {
  for (const [name, check] of shape) {
    if (!check(members[name])) return false;
  }
  return true;
}

function isName(value: JsonValue | undefined): boolean {
  if (!isMembers(value) || !hasShape(value, NAME)) return false;
  const { fn, fnt, gn, gnt } = value;
  if (fnt === undefined && gnt === undefined) return false;
  // A name that is written and stands empty in the passport's alphabet can be held against no passport.
  return !(isWritten(fn) && fnt === '') && !(isWritten(gn) && gnt === '');
}

function isWritten(name: JsonValue | undefined): boolean {
  return typeof name === 'string' && name.trim() !== '';
}

function isDoseNumber(value: JsonValue | undefined): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_NUMBER;
}

function textUpTo(maxLength: number): Check {
  return (value) => typeof value === 'string' && value.length <= maxLength;
}

function textLike(form: RegExp): Check {
  return (value) => typeof value === 'string' && form.test(value);
}

function orUndefined(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function orNothing(check: Check): Check {
  return (value) => value === undefined || value === null || check(value);
}

function entriesOf(shape: Shape): Check {
  const isEntries: Check = (value) =>
    Array.isArray(value) &&
    value.length <= MAX_ENTRIES &&
    value.every((entry) => isMembers(entry) && hasShape(entry, shape));
  return orNothing(isEntries);
}

function countOf(entries: JsonValue | undefined): number {
  return Array.isArray(entries) ? entries.length : 0;
}

function isMembers(value: JsonValue | undefined): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(): CredentialError {
  return new CredentialError('content_malformed', 'no DCC of versions 1.0.0 to 1.3.3');
}
