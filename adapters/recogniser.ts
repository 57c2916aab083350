import type { ProvinceCode } from '../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../schemas/json-text.ts';
import type { Manifest, Recogniser } from '../schemas/manifest.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import { MAX_CODE_LENGTH } from '../schemas/verification.ts';
import { localKey } from './local-value.ts';

/** Which system a code belongs to, and the part of it (`token`) that the system is asked about. */
export interface Recognition {
  readonly province: ProvinceCode;
  /** `system.id` of the manifest; with the province it names one registered adapter. */
  readonly system: string;
  readonly manifest: Manifest;
  readonly token: string;
}

/** Tells which registered system a code belongs to; null when none, or more than one. Never throws. */
export type Recognise = (code: string) => Recognition | null;

type Kind = Recogniser['kind'];
type Of<K extends Kind> = Extract<Recogniser, { kind: K }>;
type Entry<K extends Kind> = { readonly manifest: Manifest; readonly recogniser: Of<K> };
type Finder = (code: string) => Recognition[];

/** Every expression here is ours: a province supplies literals, never a pattern. */
export const ALPHABETS = {
  digits: /^[0-9]*$/,
  hex: /^[0-9a-fA-F]*$/,
  alphanumeric: /^[0-9A-Za-z]*$/,
  base64: /^[0-9A-Za-z+/=]*$/,
  base64url: /^[0-9A-Za-z_-]*$/,
} as const satisfies Record<Of<'prefix'>['alphabet'], RegExp>;
const PRINTABLE = /^[\x21-\x7e]*$/;
const WEB_ADDRESS = /^https?:\/\//i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAX_JSON_MEMBERS = 32;

/**
 * Compiles the recognisers of all registered manifests into lookups, so that the cost of a code does not grow with the
 * number of provinces. What is taken as the token, whose length the manifest bounds:
 * `prefix`, `binary`, `jws`: the whole code; `url`: the whole value of the parameter; `json`: the value of `take`.
 * The alphabet of a `prefix` holds for what follows the prefix.
 *
 * A code that bears the marks of two systems belongs to neither, whatever their order: so no system can draw another
 * one's codes to itself. A registry refuses such systems beforehand (findOverlaps).
 */
export function compileRecognisers(manifests: readonly Manifest[]): Recognise {
  const finders = [
    compilePrefixes(entriesOf(manifests, 'prefix')),
    compileUrls(entriesOf(manifests, 'url')),
    compileJson(entriesOf(manifests, 'json')),
    compileBinaries(entriesOf(manifests, 'binary')),
    compileJws(entriesOf(manifests, 'jws')),
  ];
  return (code) => {
    if (code.length === 0 || code.length > MAX_CODE_LENGTH) return null;
    const [first, ...others] = finders.flatMap((find) => find(code));
    if (first === undefined) return null;
    const unanimous = others.every((other) => other.manifest === first.manifest && other.token === first.token);
    return unanimous ? first : null;
  };
}

function entriesOf<K extends Kind>(manifests: readonly Manifest[], kind: K): Entry<K>[] {
  return manifests.flatMap((manifest) =>
    manifest.recognise.filter((one) => isOfKind(one, kind)).map((recogniser) => ({ manifest, recogniser })),
  );
}

function isOfKind<K extends Kind>(recogniser: Recogniser, kind: K): recogniser is Of<K> {
  return recogniser.kind === kind;
}

function take({ manifest, recogniser }: { manifest: Manifest; recogniser: Recogniser }, token: string): Recognition[] {
  const { min, max } = recogniser.length;
  if (token.length < min || token.length > max) return [];
  return [{ province: manifest.province, system: manifest.system.id, manifest, token }];
}

function compilePrefixes(entries: readonly Entry<'prefix'>[]): Finder {
  const find = compileLeading(entries, (entry) => entry.recogniser.prefix);
  return (code) =>
    find(code).flatMap((entry) => {
      const rest = code.slice(entry.recogniser.prefix.length);
      return ALPHABETS[entry.recogniser.alphabet].test(rest) ? take(entry, code) : [];
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

function compileUrls(entries: readonly Entry<'url'>[]): Finder {
  const byPlace = new Map<string, Entry<'url'>[]>();
  for (const entry of entries) {
    append(byPlace, `${entry.recogniser.host.toLowerCase()} ${entry.recogniser.path}`, entry);
  }
  return (code) => {
    const url = webAddress(code);
    const candidates = url === null ? undefined : byPlace.get(`${url.hostname} ${url.pathname}`);
    if (url === null || candidates === undefined) return [];
    return candidates.flatMap((entry) => {
      // Twice the same parameter: the province's parser might read the other one.
      const [value, ...more] = url.searchParams.getAll(entry.recogniser.parameter);
      if (value === undefined || more.length > 0 || !PRINTABLE.test(value)) return [];
      return value.startsWith(entry.recogniser.value_prefix) ? take(entry, value) : [];
    });
  };
}

/** Plain web addresses only: a port, a login or a stripped control character is a way to look like another host. */
function webAddress(code: string): URL | null {
  if (!WEB_ADDRESS.test(code) || !PRINTABLE.test(code)) return null;
  const url = URL.parse(code);
  if (url === null || url.port !== '' || url.username !== '' || url.password !== '') return null;
  return url;
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
      return marked.flatMap((entry) => {
        const token = localKey(members.get(entry.recogniser.take));
        return token !== null && ALPHABETS[entry.recogniser.alphabet].test(token) ? take(entry, token) : [];
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
    return find(Buffer.from(code, 'base64').toString('latin1')).flatMap((entry) => take(entry, code));
  };
}

function compileJws(entries: readonly Entry<'jws'>[]): Finder {
  const byIssuer = new Map<string, Entry<'jws'>[]>();
  for (const entry of entries) append(byIssuer, entry.recogniser.issuer, entry);
  return (code) => {
    const [header, payload, signature, ...more] = byIssuer.size === 0 ? [] : code.split('.');
    if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return [];
    if (![header, payload, signature].every((part) => part !== '' && ALPHABETS.base64url.test(part))) return [];
    // Only routing: the issuer is believed by nobody before the driver has verified the signature.
    const issuer = jsonMembers(Buffer.from(payload, 'base64url').toString('utf8'))?.get('iss');
    return typeof issuer === 'string' ? (byIssuer.get(issuer) ?? []).flatMap((entry) => take(entry, code)) : [];
  };
}
