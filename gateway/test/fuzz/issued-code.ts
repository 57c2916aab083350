import type { Manifest } from '../../../schemas/manifest.ts';
import type { Alphabet, RecogniserOf } from '../../../schemas/recogniser.ts';
import { oneOf, type Random } from './random.ts';

/** A code as one system issues it, and what that system is asked about, told from the manifest's words alone. */
export interface IssuedCode {
  readonly manifest: Manifest;
  readonly text: string;
  readonly token: string;
  readonly kind: 'plain' | 'web' | 'json';
  /** Whether its system also issues shorter ones, so that a piece of this one may be another. */
  readonly hasShorter: boolean;
  /** The same code with its token said twice, which means nothing; null where its kind has no such form. */
  readonly repeated: string | null;
}

const LETTERS = {
  digits: '0123456789',
  hex: '0123456789abcdef',
  hex_upper: '0123456789ABCDEF',
  alphanumeric: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  base64: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/',
  base64url: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_',
  // Without the space: no certificate ends in one, and there it would be taken off.
  base45: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$%*+-./:',
} as const satisfies Record<Alphabet, string>;

/** A code of one of the system's recognisers. */
export function issueCode(manifest: Manifest, random: Random): IssuedCode {
  const recogniser = oneOf(random, manifest.recognise);
  const { min, max } = recogniser.length;
  const issued = { manifest, hasShorter: min < max, repeated: null };
  const lengthAfter = (before: string) => Math.max(0, min - before.length) + random(max - min + 1);
  switch (recogniser.kind) {
    case 'prefix': {
      const { prefix, alphabet } = recogniser;
      const rest = textIn(alphabet, lengthAfter(prefix), random);
      return { ...issued, kind: 'plain', token: prefix + rest, text: prefix + otherCase(alphabet, rest, random) };
    }
    case 'url': {
      const { value_prefix, alphabet = 'alphanumeric' } = recogniser;
      const token = value_prefix + textIn(alphabet, lengthAfter(value_prefix), random);
      return { ...issued, kind: 'web', token, ...addressWithParameter(recogniser, token, random) };
    }
    case 'url_path': {
      const token = textIn(recogniser.alphabet, min + random(max - min + 1), random);
      const path = recogniser.path.replace('{token}', escapedSomewhere(token, random));
      const tail = oneOf(random, ['', '/', '?t=1', '/?a=1&b=2', '#top']);
      return { ...issued, kind: 'web', token, text: schemeAndHost(recogniser.host, random) + path + tail };
    }
    case 'whole_url': {
      const { scheme, host, path, route } = recogniser;
      const before = `${route === undefined ? '' : `#${route}`}?id=`;
      const tail = before + textIn('hex', lengthAfter(`${scheme}://${host}${path}${before}`), random);
      const text = `${schemeAndHost(host, random)}${path}${slashFor(path, random)}${tail}`;
      return { ...issued, kind: 'web', token: `${scheme}://${host}${path}${tail}`, text };
    }
    case 'json':
      return { ...issued, kind: 'json', ...jsonCode(recogniser, random) };
    case 'binary': {
      const octets = Array.from({ length: (min / 4) * 3 - recogniser.marker.length }, () => random(256));
      const text = Buffer.concat([Buffer.from(recogniser.marker, 'latin1'), Buffer.from(octets)]).toString('base64');
      return { ...issued, kind: 'plain', token: text, text };
    }
    case 'jws': {
      const payload = base64url({ iss: recogniser.issuer, sub: textIn('hex', 32, random), exp: 1_800_000_000 });
      const header = base64url({ alg: 'ES256', kid: textIn('base64url', 43, random), typ: 'health-code+jwt' });
      const text = `${header}.${payload}.${textIn('base64url', 86, random)}`;
      return { ...issued, kind: 'plain', token: text, text };
    }
  }
}

function textIn(alphabet: Alphabet, length: number, random: Random): string {
  const letters = LETTERS[alphabet];
  return Array.from({ length }, () => letters.charAt(random(letters.length))).join('');
}

/** Printed in the other case, where the alphabet says nothing by it. */
function otherCase(alphabet: Alphabet, text: string, random: Random): string {
  if (alphabet !== 'hex' && alphabet !== 'hex_upper') return text;
  return oneOf(random, [text, text.toUpperCase(), text.toLowerCase()]);
}

type Address = Pick<RecogniserOf<'url'>, 'host' | 'path' | 'route' | 'parameter'>;

function addressWithParameter({ host, path, route, parameter }: Address, token: string, random: Random) {
  const start = `${schemeAndHost(host, random)}${path}${slashFor(path, random)}`;
  const place = route === undefined ? start : `${start}#${route}${slashFor(route, random)}`;
  const pair = `${parameter}=${escapedSomewhere(token, random)}`;
  const others = ['isScan=1', 'cityNo=340100', 'empty=', 't=1640995200'].filter(() => random(3) === 0);
  const at = random(others.length + 1);
  const end = route === undefined ? oneOf(random, ['', '', '#top']) : '';
  const address = (...pairs: string[]) =>
    `${place}?${[...others.slice(0, at), ...pairs, ...others.slice(at)].join('&')}`;
  return { text: address(pair) + end, repeated: address(pair, `${parameter}=${token.slice(0, -1)}0`) };
}

/** A web address is the same with http or https, scheme and host in any case, and its scheme's own port. */
function schemeAndHost(host: string, random: Random): string {
  const scheme = oneOf(random, ['https', 'http', 'HTTPS', 'Http']);
  const port = scheme.toLowerCase() === 'http' ? ':80' : ':443';
  return `${scheme}://${oneOf(random, [host, host, host.toUpperCase()])}${oneOf(random, ['', '', port])}`;
}

function slashFor(path: string, random: Random): string {
  return path.endsWith('/') || random(3) > 0 ? '' : '/';
}

function escapedSomewhere(text: string, random: Random): string {
  const oneIn = oneOf(random, [1, 4, 1_000_000]);
  return text.replaceAll(/./g, (char) =>
    random(oneIn) === 0 ? `%${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char,
  );
}

const NAMES = ['*某', '张＊三', '李\u200d四', 'ｗａｎｇ', '王，五', '\\u738b', ''];

function jsonCode({ member, equals, take, alphabet, length: { min, max } }: RecogniserOf<'json'>, random: Random) {
  const token = textIn(alphabet, min + random(max - min + 1), random);
  const pair = (name: string, value: string) => `"${name}":${oneOf(random, ['', ' '])}"${value}"`;
  const taken = pair(take, otherCase(alphabet, token, random));
  const pairs = [
    pair(member, equals),
    taken,
    pair('cid', '0000**********000X'),
    pair('name', oneOf(random, NAMES)),
    `"e1":${oneOf(random, ['null', '1', '"0a"', '{"a":[1]}'])}`,
  ];
  const shuffled = pairs.map((text) => ({ text, at: random(1_000) })).sort((a, b) => a.at - b.at);
  const inside = shuffled.map(({ text }) => text).join(oneOf(random, [',', ', ', ',\n\t']));
  return { token, text: `{${inside}}`, repeated: `{${inside},${pair(take, `${token.slice(0, -1)}0`)}}` };
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
