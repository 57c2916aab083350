import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../schemas/scenarios.ts';
import { compileMember, compilePointer } from './pointer.ts';

/** The document of RFC 6901 section 5. */
const DOCUMENT: JsonValue = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7, 'k"l': 6 };

describe('RFC 6901', () => {
  test.each([
    ['', DOCUMENT],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/k"l', 6],
    ['/foo/2', undefined],
    ['/foo/-', undefined],
    ['/foo/00', undefined],
    ['/foo/length', undefined],
    ['/nowhere/at/all', undefined],
    ['/toString', undefined],
    ['/__proto__', undefined],
  ])('%j', (pointer, value) => {
    expect(compilePointer(pointer)(DOCUMENT)).toEqual(value);
  });

  test('~01 is a tilde and a one, not a slash', () => {
    expect(compilePointer('/~01')({ '~1': 'right', '/': 'wrong' })).toBe('right');
  });
});

describe('a member that a record has once', () => {
  const twice: JsonValue = { popup: [{ kind: 1 }, { kind: 2 }], list: ['a'], plain: { kind: 3 } };
  test.each([
    ['/plain/kind', 3],
    ['/popup/kind', twice.popup],
    ['/popup/kind/0', twice.popup],
    ['/list/0', 'a'],
    ['/plain/none', undefined],
    ['/nowhere/at/all', undefined],
  ])('%j is taken for missing, or one of two', (pointer, value) => {
    expect(compileMember(pointer)(twice)).toEqual(value);
  });
});
