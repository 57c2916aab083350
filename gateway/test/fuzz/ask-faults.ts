import { gzipSync } from 'node:zlib';
import { MAX_CODE_LENGTH } from '../../../schemas/verification.ts';
import type { Ask, Fault, Outcome, Stage } from './ask.ts';
import { freshNonce } from './ask.ts';
import { alterText, oneOf, type Random } from './random.ts';

type Spoil = (ask: Ask, random: Random) => void;

/** Just beyond what one question may be, up to far beyond. */
const TOO_LARGE = MAX_CODE_LENGTH * 6 + 1_100;

function at(stage: Stage, outcome: Outcome | readonly Outcome[], spoils: Readonly<Record<string, Spoil>>): Fault[] {
  const outcomes = typeof outcome === 'string' ? [outcome] : outcome;
  return Object.entries(spoils).map(([name, spoil]) => ({ name, stage, outcomes, spoil }));
}

const HOPS = at('hops', 'loop_refused', {
  'too many hops': ({ headers }, random) => headers.set('huren-hops', String(4 + random(96))),
  'hops that are no count': ({ headers }, random) =>
    headers.set(
      'huren-hops',
      oneOf(random, ['many', '', '0', '03', '-1', '1.5', '0x1', '100', '+1', '1, 1', '1e0', '~']),
    ),
});

const MEDIA = at('media', 'media_type_unsupported', {
  'no media type': ({ headers }) => void headers.delete('content-type'),
  'another media type': ({ headers }, random) => headers.set('content-type', oneOf(random, OTHER_TYPES)),
  'another charset': ({ headers }, random) =>
    headers.set(
      'content-type',
      `application/json; charset=${oneOf(random, ['gbk', 'latin1', 'utf-7', 'utf-16', 'x'])}`,
    ),
  'a compressed body': (ask, random) => {
    const { frame } = ask;
    ask.headers.set('content-encoding', oneOf(random, ['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip']));
    ask.frame = (json) => gzipSync(frame(json));
  },
});
const OTHER_TYPES = [
  'text/plain',
  'text/json',
  'application/xml',
  'application/jwt',
  'application/json-patch+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/jsonp',
  'json',
  '*/*',
];

const SIZE = at('frame', 'body_too_large', {
  'a code without end': ({ members }, random) => members.set('code', 'x'.repeat(TOO_LARGE + random(200_000))),
  'space without end': (ask, random) => {
    const space = ' '.repeat(TOO_LARGE + random(200_000));
    ask.frame = (json) => (random(2) === 0 ? `${space}${json}` : json.replace('{', `{${space}`));
  },
});

const HALF = at('frame', ['cut', 'body_invalid'], {
  'half a body': (ask) => {
    ask.wire = 'half';
  },
});

const FORM = at('frame', 'body_invalid', {
  'a body that ends early': reframed((json, random) => json.slice(0, random(json.length))),
  'something after the body': reframed((json, random) => `${json}${oneOf(random, ['{}', 'x', ',', '}', '\u0000'])}`),
  'something before the body': reframed((json, random) => `${oneOf(random, ['\ufeff', 'x', '[]', '//\n'])}${json}`),
  'no JSON': reframed((json, random) => oneOf(random, NO_JSON)(json)),
  'no object': reframed((json, random) => oneOf(random, [`[${json}]`, JSON.stringify(json), 'null', '1', 'true', ''])),
  'depth without end': reframed((json, random) => {
    const depth = 20 + random(3_000);
    const deep =
      random(2) === 0 ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    return random(2) === 0 ? deep : json.replace('{', `{"deep":${deep},`);
  }),
  'depth that is not closed': reframed((_json, random) =>
    oneOf(random, ['[', '{"a":', '[{"a":']).repeat(10 + random(2_000)),
  ),
  'a member twice': reframed((json, random) => {
    const name = oneOf(random, ['code', 'purpose', 'nonce']);
    const again = oneOf(random, [`"${name}"`, `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}"`]);
    const value = oneOf(random, ['"venue_entry"', 'null', '"AAAAAAAAAAAAAAAAAAAAAA"', '[]']);
    const twice = `"${name}":${value},${again}:${value}`;
    return random(2) === 0 ? json.replace('{', `{${twice},`) : json.replace(/\}$/, `,${twice}}`);
  }),
  'a member with a name of the language': reframed((json, random) => {
    const name = oneOf(random, ['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty']);
    return json.replace('{', `{"${name}":${oneOf(random, ['{}', '{"code":"x"}', 'null', '1'])},`);
  }),
  'octets that are no text': (ask, random) => {
    ask.frame = (json) => {
      const bytes = new TextEncoder().encode(json);
      bytes[2 + random(4)] = oneOf(random, [0xff, 0xc0, 0xed, 0x80]);
      return bytes;
    };
  },
});
const NO_JSON: readonly ((json: string) => string)[] = [
  (json) => json.replaceAll('"', "'"),
  (json) => json.replace('{', '{/* */'),
  (json) => json.replace(/\}$/, ',}'),
  (json) => json.replace(':', '='),
  (json) => json.replace('{', '{"a":NaN,'),
  (json) => json.replace('{', '{"a":01,'),
  (json) => json.replace('{', '{"a":"\n",'),
  (json) => new URLSearchParams({ json }).toString(),
  () => '<question/>',
];

function reframed(frame: (json: string, random: Random) => string): Spoil {
  return (ask, random) => {
    ask.frame = (json) => frame(json, random);
  };
}

const MEMBERS = at('members', 'body_invalid', {
  'a member less': ({ members }, random) => void members.delete(oneOf(random, [...members.keys()])),
  'a member more': ({ members }, random) => members.set(oneOf(random, MORE), oneOf(random, ['440106', 1, null, {}])),
  'code and reference': ({ members }, random) => {
    members.set('code', members.get('code') ?? 'a code');
    members.set('reference', oneOf(random, ['R', 'akm:qrcode:0']));
  },
  'another kind of value': ({ members }, random) =>
    members.set(
      oneOf(random, ['code', 'purpose', 'nonce']),
      oneOf(random, [1, true, null, [], {}, ['venue_entry'], 1e99]),
    ),
  'a purpose that does not count': ({ members }, random) =>
    members.set('purpose', oneOf(random, ['curiosity', '', 'VENUE_ENTRY', 'venue_entry ', 'constructor', '__proto__'])),
  'a code of the wrong length': ({ members }, random) =>
    members.set('code', oneOf(random, ['', 'x'.repeat(MAX_CODE_LENGTH + 1 + random(4_000))])),
  'a nonce that can be guessed': ({ members }, random) => members.set('nonce', freshNonce(random).slice(0, random(22))),
  'a nonce that is none': ({ members }, random) =>
    members.set(
      'nonce',
      oneOf(random, [`${freshNonce(random)}=`, 'n'.repeat(65 + random(99)), '!'.repeat(22), 'é'.repeat(22)]),
    ),
});
const MORE = ['region', 'venue', 'venue_kind', 'client_id', 'Code', 'code ', 'province', 'aud', 'question'];

const NONCE = at('nonce', 'proof_replayed', {
  'an ask that was overheard': (ask) => {
    ask.isRepeated = true;
  },
});

const PERSON = at('subject', 'personal_identifier_refused', {
  'a person in place of a code': ({ members }, random) => members.set('code', person(random)),
  'a person in place of a reference': ({ members }, random) => {
    members.delete('code');
    members.set('reference', person(random));
  },
});

/** The reserved-looking prefix makes them nobody's. */
function person(random: Random): string {
  const digits = Array.from({ length: 3 }, () => random(10)).join('');
  const number = oneOf(random, [`00000019491231${digits}X`, `000000491231${digits}`, `1380000${digits}0`]);
  const worn = [number, ` ${number}`, number.replace(/^(.{3})/, '$1 '), [...number].map(fullWidth).join('')];
  return oneOf(random, worn);
}

function fullWidth(char: string): string {
  return /\d/.test(char) ? String.fromCharCode(char.charCodeAt(0) + 0xfee0) : char;
}

export const ASK_FAULTS: readonly Fault[] = [
  ...[HOPS, MEDIA, SIZE, HALF, FORM, MEMBERS, NONCE, PERSON].flat(),
  {
    name: 'a reference that the system does not know',
    stage: 'subject',
    outcomes: ['answer absent'],
    spoil: ({ members }, random) => {
      members.delete('code');
      members.set('reference', `akm:qrcode:${Array.from({ length: 32 }, () => random(16).toString(16)).join('')}`);
    },
  },
  {
    name: 'a code of another province',
    stage: 'subject',
    outcomes: ['answer not_ours'],
    spoil: ({ members }, random, { foreign }) => void members.set('code', oneOf(random, foreign)),
  },
  {
    name: 'a code of nobody',
    stage: 'subject',
    outcomes: ['answer not_ours', 'personal_identifier_refused'],
    spoil: ({ members }, random, { nextCode }) => void members.set('code', `?${alterText(nextCode(), random)}`),
  },
  {
    name: 'a code that the system does not know',
    stage: 'subject',
    outcomes: ['answer absent'],
    spoil: ({ members }, random, { nextCode }) => {
      const fresh = Array.from({ length: 8 }, () => random(16).toString(16)).join('');
      members.set('code', nextCode().replace(/(akm:qrcode:)[0-9a-f]{8}/, `$1${fresh}`));
    },
  },
];
