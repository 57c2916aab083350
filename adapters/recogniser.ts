import type { ProvinceCode } from '../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../schemas/json-text.ts';
import type { Manifest } from '../schemas/manifest.ts';
import type { Recogniser, RecogniserKind, RecogniserOf } from '../schemas/recogniser.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import { MAX_CODE_LENGTH } from '../schemas/verification.ts';
import { isWrittenIn, spelledIn } from './alphabets.ts';
import { localKey } from './local-value.ts';
import {
  unreadIn,
  type WebRule,
  webAddressOf,
  webCode,
  webRuleOf,
  webToken,
  withoutCapsLock,
} from './recogniser-web.ts';

/** Which system a code belongs to, and the part of it (`token`) that the system is asked about. */
export interface Recognition {
  readonly province: ProvinceCode;
  /** `system.id` of the manifest; with the province it names one registered adapter. */
  readonly system: string;
  readonly manifest: Manifest;
  /** In the one spelling in which the system is asked, however the code was written. */
  readonly token: string;
  /** A code with this token and nothing that no recogniser takes: what the province's own node is shown. */
  readonly code: string;
}

/**
 * Tells which registered system a code belongs to; null when none, or more than one. Takes a code as `unframed` gives it.
 * Never throws.
 */
export type Recognise = (code: string) => Recognition | null;

type Entry<K extends RecogniserKind> = { readonly manifest: Manifest; readonly recogniser: RecogniserOf<K> };
type Finder = (code: string) => Recognition[];

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const BASE64URL_PART = /^[0-9A-Za-z_-]+$/;
const MAX_JSON_MEMBERS = 32;
/** No system's codes have nearly as much behind their token, in characters; in more, a stranger would set our work. */
const MAX_UNREAD = 512;
/** What is shorter could be guessed, and is no code: else a value of a parameter would look like another system's. */
const SHORTEST_BEHIND = 16;

/**
 * Compiles the recognisers of all registered manifests into lookups, so that the cost of a code does not grow with the
 * number of provinces. What is taken as the token, whose length the manifest bounds:
 * `prefix`, `binary`, `jws`: the whole code; `url`: the whole value of the parameter; `url_path`: the segment;
 * `whole_url`: the address; `json`: the value of `take`. The alphabet of a `prefix` holds for what follows the prefix.
 *
 * A code that bears the marks of two systems belongs to neither, whatever their order: so no system can draw another
 * one's codes to itself. A registry refuses such systems beforehand (findOverlaps).
 */
export function compileRecognisers(manifests: readonly Manifest[]): Recognise {
  const others = [
    compilePrefixes(entriesOf(manifests, 'prefix').filter(({ recogniser }) => webRuleOf(recogniser) === null)),
    compileJson(entriesOf(manifests, 'json')),
    compileBinaries(entriesOf(manifests, 'binary')),
    compileJws(entriesOf(manifests, 'jws')),
  ];
  const finders = [compileWeb(manifests, others), ...others];
  return (code) => {
    if (code.length === 0 || code.length > MAX_CODE_LENGTH) return null;
    const [first, ...others] = finders.flatMap((find) => find(code));
    if (first === undefined) return null;
    const unanimous = others.every((other) => other.manifest === first.manifest && other.token === first.token);
    return unanimous ? first : null;
  };
}

function entriesOf<K extends RecogniserKind>(manifests: readonly Manifest[], kind: K): Entry<K>[] {
  return manifests.flatMap((manifest) =>
    manifest.recognise.filter((one) => isOfKind(one, kind)).map((recogniser) => ({ manifest, recogniser })),
  );
}

function isOfKind<K extends RecogniserKind>(recogniser: Recogniser, kind: K): recogniser is RecogniserOf<K> {
  return recogniser.kind === kind;
}

function take(manifest: Manifest, { min, max }: Recogniser['length'], token: string, code: string): Recognition[] {
  if (token.length < min || token.length > max) return [];
  return [{ province: manifest.province, system: manifest.system.id, manifest, token, code }];
}

function compilePrefixes(entries: readonly Entry<'prefix'>[]): Finder {
  const find = compileLeading(entries, (entry) => entry.recogniser.prefix);
  return (code) =>
    find(code).flatMap(({ manifest, recogniser: { prefix, alphabet, length } }) => {
      const rest = code.slice(prefix.length);
      if (!isWrittenIn(alphabet, rest)) return [];
      const token = prefix + spelledIn(alphabet, rest);
      return take(manifest, length, token, token);
    });
}

/** Entries whose literal a text starts with: one map lookup per literal length in use, not one per entry. */
function compileLeading<T>(entries: readonly T[], literalOf: (entry: T) => string): (text: string) => T[] {
  const byLength = new Map<number, Map<string, T[]>>();
  for (const entry of entries) {
    const literal = literalOf(entry);
    const byLiteral = byLength.get(literal.length) ?? new Map<string, T[]>();
    byLength.set(literal.length, byLiteral);
    append(byLiteral, literal, entry);
  }
  const groups = [...byLength];
  return (text) => groups.flatMap(([length, byLiteral]) => byLiteral.get(text.slice(0, length)) ?? []);
}

function append<T>(lists: Map<string, T[]>, key: string, entry: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [entry]);
  else list.push(entry);
}

/**
 * Web addresses of every kind. As it was read comes first: some systems print theirs in capitals. One with another code
 * behind its token is given to nobody: it would answer for the traveller whose code was read first, whoever stands there.
 */
function compileWeb(manifests: readonly Manifest[], others: readonly Finder[]): Finder {
  const byHost = new Map<string, { readonly manifest: Manifest; readonly rule: WebRule }[]>();
  for (const manifest of manifests) {
    for (const recogniser of manifest.recognise) {
      const rule = webRuleOf(recogniser);
      if (rule !== null) append(byHost, rule.host, { manifest, rule });
    }
  }
  const find = (code: string): (Recognition & { readonly unread: string })[] => {
    const address = webAddressOf(code);
    if (address === null) return [];
    return (byHost.get(address.host) ?? []).flatMap(({ manifest, rule }) => {
      const token = webToken(rule, address);
      if (token === null) return [];
      const unread = unreadIn(code, rule, address);
      return take(manifest, rule.length, token, webCode(rule, token)).map((found) => ({ ...found, unread }));
    });
  };
  const isCode = (text: string) => find(text).length > 0 || others.some((other) => other(text).length > 0);
  return (code) => {
    const asRead = find(code);
    const meant = asRead.length > 0 ? null : withoutCapsLock(code);
    const found = meant === null ? asRead : find(meant);
    return found.filter(({ unread }) => !hidesCode(unread, isCode));
  };
}

function hidesCode(unread: string, isCode: (text: string) => boolean): boolean {
  if (unread.length > MAX_UNREAD) return true;
  for (let at = 0; at <= unread.length - SHORTEST_BEHIND; at += 1) if (isCode(unread.slice(at))) return true;
  return false;
}

function compileJson(entries: readonly Entry<'json'>[]): Finder {
  const byMember = new Map<string, Map<string, Entry<'json'>[]>>();
  for (const entry of entries) {
    const byValue = byMember.get(entry.recogniser.member) ?? new Map<string, Entry<'json'>[]>();
    byMember.set(entry.recogniser.member, byValue);
    append(byValue, entry.recogniser.equals, entry);
  }
  return (code) => {
    const members = byMember.size === 0 || !code.startsWith('{') ? null : jsonMembers(code);
    if (members === null || members.size > MAX_JSON_MEMBERS) return [];
    return [...members].flatMap(([member, value]) => {
      const marked = byMember.get(member)?.get(localKey(value) ?? '') ?? [];
      return marked.flatMap(({ manifest, recogniser: { equals, take: place, alphabet, length } }) => {
        const written = localKey(members.get(place));
        if (written === null || !isWrittenIn(alphabet, written)) return [];
        const token = spelledIn(alphabet, written);
        return take(manifest, length, token, JSON.stringify({ [member]: equals, [place]: token }));
      });
    });
  };
}

function jsonMembers(text: string): Map<string, JsonValue> | null {
  const value = jsonOrUndefined(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null;
}

function compileBinaries(entries: readonly Entry<'binary'>[]): Finder {
  const find = compileLeading(entries, (entry) => entry.recogniser.marker);
  return (code) => {
    if (entries.length === 0 || !BASE64.test(code)) return [];
    const octets = Buffer.from(code, 'base64');
    // Stray bits behind the last octet would give one code sixteen spellings.
    if (octets.toString('base64') !== code) return [];
    return find(octets.toString('latin1')).flatMap(({ manifest, recogniser }) =>
      take(manifest, recogniser.length, code, code),
    );
  };
}

function compileJws(entries: readonly Entry<'jws'>[]): Finder {
  const byIssuer = new Map<string, Entry<'jws'>[]>();
  for (const entry of entries) append(byIssuer, entry.recogniser.issuer, entry);
  return (code) => {
    const issuer = byIssuer.size === 0 ? null : claimedIssuer(code);
    if (issuer === null) return [];
    return (byIssuer.get(issuer) ?? []).flatMap(({ manifest, recogniser }) =>
      take(manifest, recogniser.length, code, code),
    );
  };
}

/** Only routing: the issuer is believed by nobody before the driver has verified the signature. Null: no JWS. */
function claimedIssuer(code: string): string | null {
  const parts = code.split('.');
  const [header = '', payload] = parts;
  if (payload === undefined || parts.length !== 3 || !parts.every((part) => BASE64URL_PART.test(part))) return null;
  // A header that is none stands where a part of the code was cut off, or another code runs into it.
  return membersIn(header) === null ? null : issuerIn(payload);
}

/** `iss` of a JWS payload in base64url; null where it names none. */
export function issuerIn(payload: string): string | null {
  const issuer = membersIn(payload)?.get('iss');
  return typeof issuer === 'string' ? issuer : null;
}

function membersIn(part: string): Map<string, JsonValue> | null {
  return jsonMembers(Buffer.from(part, 'base64url').toString('utf8'));
}
