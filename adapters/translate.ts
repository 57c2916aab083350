import { createHash } from 'node:crypto';
import type { Ground, RecordReason } from '../schemas/code-lists/index.ts';
import { instantOf } from '../schemas/instant.ts';
import type { Manifest, ReplyTables } from '../schemas/manifest.ts';
import { maxAgeS } from '../schemas/max-age.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import type { StatusClaims } from '../schemas/statement.ts';
import type { Flag, Status } from '../schemas/status.ts';
import { compileAsOf } from './as-of.ts';
import { compileAssignment } from './assignment.ts';
import { compileTable, compileTableAt, localKey } from './local-value.ts';
import { compileMember } from './pointer.ts';

/** `unmapped` names the fields (never their values) that the manifest does not explain, each once, for the metric. */
export interface Translation {
  readonly claims: StatusClaims;
  /** The record gives a reason, and the manifest declares it as none of the national grounds. */
  readonly localGroundOnly: boolean;
  readonly reasons: RecordReason[];
  readonly unmapped: string[];
}

/** One raw record of one token into normalised claims. Pure and total: it never throws and never guesses. */
export type Translator = (record: JsonValue, token: string, nowMs: number) => Translation;

const MAX_GROUNDS = 8;
const MAX_HANDLE_LENGTH = 256;

/** Translates once. A caller with many records of one system compiles once with compileTranslator instead. */
export function translate(record: JsonValue, manifest: Manifest, token: string, nowMs: number): Translation {
  return compileTranslator(manifest)(record, token, nowMs);
}

/**
 * Compiles a manifest's tables. A value outside its table makes the status `indeterminate` where it stands for the
 * status, a flag or the time; elsewhere it is reported and leaves a claim empty, so that a red cannot be substantiated.
 * So does an as-of time that nobody can mean, with its own reason. An old status keeps its colour with reason `too_old`:
 * what to do with it is the decision's business.
 */
export function compileTranslator(manifest: Manifest): Translator {
  const { reply } = manifest;
  const readStatus = compileStatus(reply.status);
  const readGrounds = compileGrounds(reply.ground);
  const readFlags = compileFlags(reply.flags);
  const readAsOf = compileAsOf(reply.as_of);
  const readAssignment = compileAssignment(manifest);
  const readHandle = compileHandle(reply.handle_at);

  return (record, token, nowMs) => {
    const reported: string[] = [];
    const report = (field: string) => addOnce(reported, field);
    const local = readStatus(record, report);
    const flags = readFlags(record, report);
    const asOf = readAsOf(record, nowMs);
    if (asOf.kind === 'unreadable') report('as_of');
    const unreadable = reported.length > 0 && DECISIVE_FIELDS.some((field) => reported.includes(field));
    // Counted for the operator, who has a unit or a clock to put right; the venue gets the reason of its own.
    if (asOf.kind === 'impossible') report('as_of');
    const atMs = asOf.kind === 'at' ? asOf.atMs : null;
    const status = unreadable || atMs === null ? 'indeterminate' : local.status;
    const grounds = readGrounds(record, report);
    const claims = {
      status,
      status_as_of: atMs === null ? null : instantOf(atMs / 1000),
      ground: grounds.national,
      provenance: readAssignment(record, report),
      handle: readHandle(record, token, report),
      flags,
    };
    const reasons: RecordReason[] = local.reason === null ? [] : [local.reason];
    if (unreadable) addOnce(reasons, 'unmapped_value');
    if (asOf.kind === 'impossible') addOnce(reasons, 'as_of_impossible');
    if (atMs !== null && isTooOld(manifest, status, nowMs - atMs)) addOnce(reasons, 'too_old');
    if (flags.includes('popup')) addOnce(reasons, 'popup');
    return { claims, localGroundOnly: grounds.localOnly, reasons, unmapped: reported };
  };
}

/** Of lists as short as these: a set for each of them is most of what reading a record leaves behind. */
function addOnce<T>(list: T[], one: T): void {
  if (!list.includes(one)) list.push(one);
}

/** Without these three nobody can tell what the holder was shown, or when. */
const DECISIVE_FIELDS = ['status', 'flags', 'as_of'] as const;
type Report = (field: string) => void;
type Grounds = { readonly national: Ground[]; readonly localOnly: boolean };
type LocalStatus = { readonly status: Status; readonly reason: RecordReason | null };

function compileStatus(table: ReplyTables['status']): (record: JsonValue, report: Report) => LocalStatus {
  const meanings = new Map<string, LocalStatus>();
  const values = table.values.map(({ value, to, reason }) => {
    const meaning = { status: to, reason: to === 'indeterminate' ? (reason ?? 'no_national_meaning') : null };
    const key = `${meaning.status} ${meaning.reason}`;
    meanings.set(key, meaning);
    return { value, to: key };
  });
  const read = compileTableAt({ at: table.at, values });
  return (record, report) => {
    const reading = read(record);
    const meaning = reading.kind === 'mapped' ? meanings.get(reading.to) : undefined;
    if (meaning !== undefined) return meaning;
    report('status');
    return { status: 'indeterminate', reason: null };
  };
}

/** A ground may be one value or a list of them; `null` in the table is documented, but no national ground. */
function compileGrounds(table: ReplyTables['ground']): (record: JsonValue, report: Report) => Grounds {
  if (table === undefined) return () => ({ national: [], localOnly: false });
  const place = compileMember(table.at);
  const look = compileTable(table);
  return (record, report) => {
    const value = place(record);
    const national: Ground[] = [];
    let isDocumented = false;
    for (const item of Array.isArray(value) ? value : [value]) {
      const reading = look(item);
      if (reading.kind === 'unmapped') report('ground');
      if (reading.kind !== 'mapped') continue;
      isDocumented = true;
      if (reading.to !== null) addOnce(national, reading.to);
    }
    if (national.length > MAX_GROUNDS) report('ground');
    return { national: national.slice(0, MAX_GROUNDS), localOnly: isDocumented && national.length === 0 };
  };
}

function compileFlags(tables: ReplyTables['flags']): (record: JsonValue, report: Report) => Flag[] {
  const readers = tables.map((table) => compileTableAt(table));
  return (record, report) => {
    const flags: Flag[] = [];
    for (const read of readers) {
      const reading = read(record);
      if (reading.kind === 'unmapped') report('flags');
      if (reading.kind === 'mapped' && reading.to !== null) addOnce(flags, reading.to);
    }
    return flags;
  };
}

function compileHandle(at: string | undefined): (record: JsonValue, token: string, report: Report) => string {
  if (at === undefined) return (_record, token) => handleOfToken(token);
  const place = compileMember(at);
  return (record, token, report) => {
    const value = place(record);
    const handle = localKey(value);
    if (handle !== null && handle.length > 0 && handle.length <= MAX_HANDLE_LENGTH) return handle;
    if (value !== undefined && value !== null) report('handle');
    return handleOfToken(token);
  };
}

/** A signed token can be longer than a handle may be; its digest names it as well. */
function handleOfToken(token: string): string {
  const fits = token.length > 0 && token.length <= MAX_HANDLE_LENGTH;
  return fits ? token : createHash('sha256').update(token).digest('base64url');
}

function isTooOld(manifest: Manifest, status: Status, ageMs: number): boolean {
  return status !== 'indeterminate' && ageMs > maxAgeS(manifest, status) * 1000;
}
