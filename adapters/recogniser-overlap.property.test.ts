import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recogniserSchema } from '../schemas/recogniser.ts';
import { compileRecognisers } from './recogniser.ts';
import { findOverlaps, firstOverlap } from './recogniser-overlap.ts';
import { sampleSystem } from './sample-manifest.fixture.ts';

/** A recogniser with a code that its system would issue. Few letters and few names, so that two often come close. */
interface Issued {
  readonly recogniser: object;
  readonly code: string;
}

const ALPHABETS = ['digits', 'hex', 'hex_upper', 'alphanumeric', 'base64', 'base64url'] as const;
const LETTERS = {
  digits: '01',
  hex: '01abAB',
  hex_upper: '01abAB',
  alphanumeric: '01abABz',
  base64: '01abAB+/',
  base64url: '01abAB_-',
} as const;

const alphabet = fc.constantFrom(...ALPHABETS);
const word = fc.constantFrom('c', 'd', 'C', 'ab', '01ab', 'abab0101');
const host = fc.constantFrom('a.invalid', 'A.invalid', 'b.invalid');
const name = fc.constantFrom('id', 'ID', 'code');
const path = fc.array(word, { maxLength: 2 }).map((segments) => segments.map((segment) => `/${segment}`).join(''));
const route = fc.option(
  word.map((text) => `/${text}`),
  { nil: undefined },
);
const start = fc.constantFrom('', 'a', 'ab', 'A');
const scheme = fc.constantFrom('https://', 'http://', 'HTTPS://');
const body = (letters: (typeof LETTERS)[keyof typeof LETTERS]) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: 4, maxLength: 8 });
const lengthOf = (token: string, slack: number) => {
  return { min: Math.max(4, token.length - slack), max: token.length + slack };
};
const slack = fc.nat({ max: 4 });
const written = alphabet.chain((of) => fc.record({ of: fc.constant(of), text: body(LETTERS[of]) }));
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const prefixes = fc
  .record({
    prefix: fc.oneof(
      fc.constantFrom('ab', 'ab0', 'AB', 'Sk', 'SktN', '{"', 'cn.gov.', `e30.${base64url({ iss: 'abc' })}.`, 'htt'),
      fc.record({ host, path, start }).map((at) => `https://${at.host}${at.path}/${at.start}`),
      fc.record({ host, path, name, start }).map((at) => `http://${at.host}${at.path}/?${at.name}=${at.start}`),
    ),
    written,
    slack,
  })
  .map(({ prefix, written: { of, text }, slack: by }): Issued => {
    const isWeb = prefix.startsWith('http');
    const recogniser = { kind: 'prefix', prefix, alphabet: of, length: lengthOf(prefix + text, by) };
    return { recogniser, code: prefix + (isWeb ? encodeURIComponent(text) : text) };
  });

const urls = fc
  .record({ scheme, host, path, route, name, start, written, slack, bare: fc.boolean() })
  .map(({ host: at, path: place, route: behind, name: parameter, start: value_prefix, ...more }): Issued => {
    const value = value_prefix + more.written.text;
    const query = `?x=1&${parameter}=${encodeURIComponent(value)}`;
    const recogniser = {
      kind: 'url',
      host: at,
      path: place,
      parameter,
      value_prefix,
      length: lengthOf(value, more.slack),
      ...(behind === undefined ? {} : { route: behind }),
      ...(more.bare ? {} : { alphabet: more.written.of }),
    };
    return { recogniser, code: `${more.scheme}${at}${place}${behind === undefined ? '' : `#${behind}`}${query}` };
  });

const paths = fc
  .record({ scheme, host, before: path, after: path, written, slack })
  .map(({ scheme: by, host: at, before, after, written: { of, text }, slack: more }): Issued => {
    const recogniser = { kind: 'url_path', host: at, path: `${before}/{token}${after}`, alphabet: of };
    const code = `${by}${at}${before}/${encodeURIComponent(text)}${after}`;
    return { recogniser: { ...recogniser, length: lengthOf(text, more) }, code };
  });

const wholes = fc.record({ host, path, route, name, text: body('01abAB') }).map((of): Issued => {
  const behind = of.route === undefined ? {} : { route: of.route };
  const length = { min: 4, max: 200 };
  const code = `https://${of.host}${of.path}${of.route === undefined ? '' : `#${of.route}`}?${of.name}=${of.text}`;
  return { recogniser: { kind: 'whole_url', scheme: 'https', host: of.host, path: of.path, length, ...behind }, code };
});

const jsons = fc
  .record({ member: name, equals: fc.constantFrom('ab', '01'), take: fc.constantFrom('e', 'f'), written, slack })
  .map(({ member, equals, take, written: { of, text }, slack: by }): Issued => {
    const recogniser = { kind: 'json', member, equals, take, alphabet: of, length: lengthOf(text, by) };
    return { recogniser, code: JSON.stringify({ cid: '0', [member]: equals, [take]: text }) };
  });

const binaries = fc
  .record({
    marker: fc.constantFrom('JKM', 'JK', 'JKMa', 'in'),
    rest: fc.uint8Array({ maxLength: 9 }),
    slack,
  })
  .map(({ marker, rest, slack: by }): Issued => {
    const code = Buffer.concat([Buffer.from(marker, 'latin1'), rest]).toString('base64');
    return { recogniser: { kind: 'binary', marker, length: lengthOf(code, by) }, code };
  });

const jwss = fc
  .record({ issuer: fc.constantFrom('abc', 'abd'), signature: body('01abAB_-'), slack })
  .map(({ issuer, signature, slack: by }): Issued => {
    const code = `e30.${base64url({ iss: issuer })}.${signature}`;
    return { recogniser: { kind: 'jws', issuer, length: lengthOf(code, by) }, code };
  });

const KINDS = { prefixes, urls, paths, wholes, jsons, binaries, jwss };
const issued = fc
  .oneof(...Object.values(KINDS))
  .filter(({ recogniser }) => recogniserSchema.safeParse(recogniser).success);

describe('systems that a registry would take side by side', () => {
  test.each(Object.entries(KINDS))('%s: a code is not recognised by its own system', (_kind, kind) => {
    const valid = kind.filter(({ recogniser }) => recogniserSchema.safeParse(recogniser).success);
    fc.assert(
      fc.property(valid, ({ recogniser, code }) => {
        expect(compileRecognisers([sampleSystem('a', [recogniser])])(code)).not.toBeNull();
      }),
    );
  });

  test('a code of one is recognised by another one too', () => {
    let apart = 0;
    fc.assert(
      fc.property(issued, issued, (a, b) => {
        const [ours, theirs] = [sampleSystem('a', [a.recogniser]), sampleSystem('b', [b.recogniser])];
        const meet = findOverlaps([ours, theirs]).length > 0;
        // Whoever is told apart by a beginning is told apart by every pair.
        expect([firstOverlap(ours, [theirs]), firstOverlap(theirs, [ours])]).toEqual(
          meet ? [theirs, ours] : [null, null],
        );
        if (meet) return;
        apart += 1;
        expect(compileRecognisers([theirs])(a.code)).toBeNull();
        expect(compileRecognisers([ours, theirs])(a.code)?.system).toBe('a');
        expect(compileRecognisers([theirs, ours])(a.code)?.system).toBe('a');
      }),
      { numRuns: 4000 },
    );
    expect(apart).toBeGreaterThan(1000);
  });
});
