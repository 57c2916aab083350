import { type Alphabet, type Recogniser, webPrefixOf } from '../schemas/recogniser.ts';
import { isWrittenIn, spelledIn } from './alphabets.ts';

const WEB_ADDRESS = /^https?:\/\//i;
const CAPS_LOCK = /^HTTPS?:\/\//;
const PRINTABLE = /^[\x21-\x7e]*$/;
/** Stands in a rule's path for the segment that is the token. */
export const TOKEN_SEGMENT = '{token}';

/** Where a code that is a web address has to stand, and where in it the token is; every kind comes down to this. */
export interface WebRule {
  readonly host: string;
  /** Of the path; the one in the place of the token is `{token}`. */
  readonly segments: readonly string[];
  /** Null: whatever the fragment is. */
  readonly route: string | null;
  readonly token: 'whole' | 'segment' | { readonly parameter: string };
  /** What segment or value starts with. */
  readonly start: string;
  /** Of what follows `start`; null: anything that prints. */
  readonly alphabet: Alphabet | null;
  readonly length: Recogniser['length'];
  /** What the token stands behind when the system is asked, and the bounds count: a prefix, or scheme, host and path. */
  readonly before: string;
}

/** A recogniser's rule for web addresses; null for one that recognises other codes. */
export function webRuleOf(recogniser: Recogniser): WebRule | null {
  const { length } = recogniser;
  switch (recogniser.kind) {
    case 'prefix': {
      const place = webPrefixOf(recogniser.prefix);
      if (place === null) return null;
      const { host, path, route, parameter, start } = place;
      const { alphabet, prefix } = recogniser;
      const inPath = parameter === null;
      return {
        host: host.toLowerCase(),
        segments: segmentsOf(inPath ? `${path}${TOKEN_SEGMENT}` : path),
        route: route === null ? null : withoutSlash(route),
        token: inPath ? 'segment' : { parameter },
        start,
        alphabet,
        length,
        before: prefix.slice(0, prefix.length - start.length),
      };
    }
    case 'url': {
      const { parameter, value_prefix: start, alphabet = null } = recogniser;
      return { ...placeOf(recogniser), token: { parameter }, start, alphabet, length, before: '' };
    }
    case 'url_path':
      return {
        ...placeOf(recogniser),
        token: 'segment',
        start: '',
        alphabet: recogniser.alphabet,
        length,
        before: '',
      };
    case 'whole_url': {
      const { scheme, host, path } = recogniser;
      const before = `${scheme}://${host.toLowerCase()}${path}`;
      return { ...placeOf(recogniser), token: 'whole', start: '', alphabet: null, length, before };
    }
    case 'json':
    case 'binary':
    case 'jws':
      return null;
  }
}

function placeOf({ host, path, route }: { host: string; path: string; route?: string }) {
  return {
    host: host.toLowerCase(),
    segments: segmentsOf(path),
    route: route === undefined ? null : withoutSlash(route),
  };
}

/** A code as a web address, taken apart. Parameters are still percent-encoded. */
export interface WebAddress {
  readonly host: string;
  readonly segments: readonly string[];
  readonly query: string;
  readonly route: string;
  readonly routeQuery: string;
  /** Query and fragment as they were scanned. */
  readonly tail: string;
}

/**
 * Plain web addresses only: a port that is not the scheme's own, a login or a stripped control character is a way to look
 * like another host. Null for any other text.
 */
export function webAddressOf(code: string): WebAddress | null {
  if (!WEB_ADDRESS.test(code) || !PRINTABLE.test(code)) return null;
  const url = URL.parse(code);
  if (url === null || url.port !== '' || url.username !== '' || url.password !== '') return null;
  const [route = '', ...routeQuery] = url.hash.slice(1).split('?');
  const tailAt = code.search(/[?#]/);
  return {
    host: url.hostname,
    segments: segmentsOf(url.pathname),
    query: url.search.slice(1),
    route: withoutSlash(route),
    routeQuery: routeQuery.join('?'),
    tail: tailAt === -1 ? '' : code.slice(tailAt),
  };
}

/** What was typed while caps lock was on, as it was meant; null where the scheme does not show that it was. */
export function withoutCapsLock(code: string): string | null {
  if (!CAPS_LOCK.test(code)) return null;
  return code.replaceAll(/[A-Za-z]/g, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()));
}

/**
 * The token of an address that has the rule's host and path, in the one spelling in which the system is asked; null where
 * the rule does not take it. Host and path are not looked at again here, nor taken from the rule below: of thousands of
 * systems, each text that is read lies in memory that was not read for long.
 */
export function webToken(rule: WebRule, address: WebAddress): string | null {
  if (rule.route !== null && rule.route !== address.route) return null;
  const found = foundBy(rule, address);
  if (found === null || !PRINTABLE.test(found) || !found.startsWith(rule.start)) return null;
  const rest = found.slice(rule.start.length);
  if (rule.alphabet !== null && !isWrittenIn(rule.alphabet, rest)) return null;
  return rule.before + rule.start + (rule.alphabet === null ? rest : spelledIn(rule.alphabet, rest));
}

/** What of a code stands behind what the rule takes of it: parameters and a fragment that nobody reads. */
export function unreadIn(code: string, rule: WebRule, address: WebAddress): string {
  if (rule.token === 'whole') return '';
  const taken = writtenIn(rule, address) ?? '';
  const at = taken === '' ? -1 : code.indexOf(taken);
  return at === -1 ? code.slice(1) : code.slice(at + taken.length);
}

/**
 * The shortest code with this token of a rule that has taken it of that address, for another node that has to recognise it:
 * nothing that is not taken.
 */
export function webCode(rule: WebRule, token: string, { host, segments }: WebAddress): string {
  if (rule.token === 'whole') return token;
  const value = encodeURIComponent(token.slice(rule.before.length));
  const route = rule.route === null ? '' : `#${rule.route}`;
  if (rule.token !== 'segment') {
    return `https://${host}/${segments.join('/')}${route}?${encodeURIComponent(rule.token.parameter)}=${value}`;
  }
  const path = segments.with(rule.segments.indexOf(TOKEN_SEGMENT), value).join('/');
  return `https://${host}/${path}${route}`;
}

function foundBy(rule: WebRule, address: WebAddress): string | null {
  const written = writtenIn(rule, address);
  return written === null || rule.token === 'whole' ? written : decoded(written);
}

/** As it stands in the address, still percent-encoded. */
function writtenIn({ token, segments, route }: WebRule, address: WebAddress): string | null {
  if (token === 'whole') return address.tail;
  if (token === 'segment') return address.segments[segments.indexOf(TOKEN_SEGMENT)] ?? null;
  // Twice the same parameter: the province's parser might read the other one.
  const [value, ...more] = valuesOf(route === null ? address.query : address.routeQuery, token.parameter);
  return value === undefined || more.length > 0 ? null : value;
}

/** A plus stays a plus: no token has a space, and base64 in an address is often not escaped. */
function valuesOf(query: string, name: string): string[] {
  return query.split('&').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals !== -1 && decoded(pair.slice(0, equals)) === name ? [pair.slice(equals + 1)] : [];
  });
}

function decoded(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Of a path without its first slash, and without one at its end. */
function segmentsOf(path: string): string[] {
  return withoutSlash(path).split('/').slice(1);
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
