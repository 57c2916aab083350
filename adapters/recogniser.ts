import type { ProvinceCode } from '../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../schemas/json-text.ts';
import type { Manifest } from '../schemas/manifest.ts';
import type { RecogniserKind, RecogniserOf } from '../schemas/recogniser.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import { MAX_CODE_LENGTH } from '../schemas/verification.ts';
import { isWrittenIn, spelledIn } from './alphabets.ts';
import { ByKey } from './by-key.ts';
import { compileLeading } from './leading-literals.ts';
import { localKey } from './local-value.ts';
import { unreadIn, webAddressOf, webCode, webRuleOf, webToken, withoutCapsLock } from './recogniser-web.ts';
import { compileWebPlaces } from './web-places.ts';

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

/** Whose a code is that was found, and the bounds of its token. */
interface Owner {
  readonly manifest: Manifest;
  readonly province: ProvinceCode;
  readonly system: string;
  readonly min: number;
  readonly max: number;
}
/** In one object, which is all that has to be read for a code of this system. */
type Entry<K extends RecogniserKind = RecogniserKind> = Owner & RecogniserOf<K>;

/** Adds whom a code belongs to by the marks of one kind. */
type Finder = (code: string, found: Recognition[]) => void;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const BASE64URL_PART = /^[0-9A-Za-z_-]+$/;
/** So many characters of base64 are certain where the first two octets are. */
const CERTAIN = 2;
const MAX_JSON_MEMBERS = 32;
/** No system's codes have nearly as much behind their token, in characters; in more, a stranger would set our work. */
const MAX_UNREAD = 512;
/** What is shorter could be guessed, and is no code: else a value of a parameter would look like another system's. */
const SHORTEST_BEHIND = 16;

/**
 * Compiles the recognisers of all registered manifests into lookups, so that the cost of a code does not grow with the
 * number of systems. What is taken as the token, whose length the manifest bounds:
 * `prefix`, `binary`, `jws`: the whole code; `url`: the whole value of the parameter; `url_path`: the segment;
 * `whole_url`: the address; `json`: the value of `take`. The alphabet of a `prefix` holds for what follows the prefix.
 *
 * A code that bears the marks of two systems belongs to neither, whatever their order: so no system can draw another
 * one's codes to itself. A registry refuses such systems beforehand (findOverlaps).
 */
export function compileRecognisers(manifests: readonly Manifest[]): Recognise {
  const entries = manifests.flatMap(entriesOf);
  const others = [
    compilePrefixes(ofKind(entries, 'prefix').filter((entry) => webRuleOf(entry) === null)),
    compileJson(ofKind(entries, 'json')),
    compileBinaries(ofKind(entries, 'binary')),
    compileJws(ofKind(entries, 'jws')),
  ];
  const finders = [compileWeb(entries, others), ...others];
  return (code) => {
    if (code.length === 0 || code.length > MAX_CODE_LENGTH) return null;
    const found: Recognition[] = [];
    for (const find of finders) find(code, found);
    const [first] = found;
    if (first === undefined) return null;
    const unanimous = found.every((other) => other.manifest === first.manifest && other.token === first.token);
    return unanimous ? first : null;
  };
}

function entriesOf(manifest: Manifest): Entry[] {
  const { province, system, recognise } = manifest;
  return recognise.map((recogniser) => {
    return { ...recogniser, manifest, province, system: system.id, ...recogniser.length };
  });
}

function ofKind<K extends RecogniserKind>(entries: readonly Entry[], kind: K): Entry<K>[] {
  return entries.filter((entry): entry is Entry<K> & Entry => entry.kind === kind);
}

function take(
  { province, system, manifest, min, max }: Owner,
  token: string,
  code: string,
  found: Recognition[],
): void {
  if (token.length >= min && token.length <= max) found.push({ province, system, manifest, token, code });
}

function compilePrefixes(entries: readonly Entry<'prefix'>[]): Finder {
  const visitLeading = compileLeading(entries, ({ prefix }) => prefix);
  return (code, found) =>
    visitLeading(code, (entry, prefix) => {
      const { alphabet } = entry;
      const rest = code.slice(prefix.length);
      if (!isWrittenIn(alphabet, rest)) return;
      const token = prefix + spelledIn(alphabet, rest);
      take(entry, token, token, found);
    });
}

/**
 * Web addresses of every kind. As it was read comes first: some systems print theirs in capitals. One with another code
 * behind its token is given to nobody: it would answer for the traveller whose code was read first, whoever stands there.
 */
function compileWeb(entries: readonly Entry[], others: readonly Finder[]): Finder {
  const visitInPlace = compileWebPlaces(
    entries.flatMap((entry) => {
      const { manifest, province, system, min, max } = entry;
      const rule = webRuleOf(entry);
      return rule === null ? [] : [{ ...rule, manifest, province, system, min, max }];
    }),
  );
  /** Adds to `unread` for each that it adds to `found`: what stands behind its token and nobody reads. */
  const find = (code: string, found: Recognition[], unread: string[]) => {
    const address = webAddressOf(code);
    if (address === null) return;
    visitInPlace(address, (rule) => {
      const token = webToken(rule, address);
      if (token === null) return;
      take(rule, token, webCode(rule, token, address), found);
      if (found.length > unread.length) unread.push(unreadIn(code, rule, address));
    });
  };
  const isCode = (text: string) => {
    const found: Recognition[] = [];
    find(text, found, []);
    for (const other of others) other(text, found);
    return found.length > 0;
  };
  return (code, found) => {
    const asRead: Recognition[] = [];
    const unread: string[] = [];
    find(code, asRead, unread);
    const meant = asRead.length > 0 ? null : withoutCapsLock(code);
    if (meant !== null) find(meant, asRead, unread);
    for (const [at, recognition] of asRead.entries()) if (!hidesCode(unread[at] ?? '', isCode)) found.push(recognition);
  };
}

function hidesCode(unread: string, isCode: (text: string) => boolean): boolean {
  if (unread.length > MAX_UNREAD) return true;
  for (let at = 0; at <= unread.length - SHORTEST_BEHIND; at += 1) if (isCode(unread.slice(at))) return true;
  return false;
}

function compileJson(entries: readonly Entry<'json'>[]): Finder {
  const byMember = new Map<string, ByKey<string, Entry<'json'>>>();
  for (const entry of entries) {
    const byValue = byMember.get(entry.member) ?? new ByKey<string, Entry<'json'>>();
    byMember.set(entry.member, byValue);
    byValue.add(entry.equals, entry);
  }
  return (code, found) => {
    const members = byMember.size === 0 || !code.startsWith('{') ? null : jsonMembers(code);
    if (members === null || members.size > MAX_JSON_MEMBERS) return;
    for (const [member, value] of members) {
      byMember.get(member)?.forEach(localKey(value) ?? '', (entry) => {
        const { equals, take: place, alphabet } = entry;
        const written = localKey(members.get(place));
        if (written === null || !isWrittenIn(alphabet, written)) return;
        const token = spelledIn(alphabet, written);
        take(entry, token, JSON.stringify({ [member]: equals, [place]: token }), found);
      });
    }
  };
}

function jsonMembers(text: string): Map<string, JsonValue> | null {
  const value = jsonOrUndefined(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null;
}

function compileBinaries(entries: readonly Entry<'binary'>[]): Finder {
  const visitLeading = compileLeading(entries, ({ marker }) => marker);
  const starts = new Set(entries.map(({ marker }) => base64Of(marker).slice(0, CERTAIN)));
  return (code, found) => {
    // Most codes are told from these by their first characters.
    if (!starts.has(code.slice(0, CERTAIN)) || !BASE64.test(code)) return;
    const octets = Buffer.from(code, 'base64');
    // Stray bits behind the last octet would give one code sixteen spellings.
    if (octets.toString('base64') !== code) return;
    visitLeading(octets.toString('latin1'), (entry) => take(entry, code, code, found));
  };
}

function base64Of(marker: string): string {
  return Buffer.from(marker, 'latin1').toString('base64');
}

function compileJws(entries: readonly Entry<'jws'>[]): Finder {
  const byIssuer = new ByKey<string, Entry<'jws'>>();
  for (const entry of entries) byIssuer.add(entry.issuer, entry);
  return (code, found) => {
    const issuer = entries.length === 0 ? null : claimedIssuer(code);
    if (issuer !== null) byIssuer.forEach(issuer, (entry) => take(entry, code, code, found));
  };
}

/** Only routing: the issuer is believed by nobody before the driver has verified the signature. Null: no JWS. */
function claimedIssuer(code: string): string | null {
  if (!code.includes('.')) return null;
  const parts = code.split('.', 4);
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
