import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

const KNOWN = ['counted', 'dashboard', 'attention', 'load'];
const partsOf = (...args: readonly string[]) => readOptions(args, KNOWN).parts;

test('a part is left out of a whole run, or one that nobody named is run', () => {
  expect(partsOf()).toEqual(KNOWN);
  expect(partsOf('--scans', '10')).toEqual(KNOWN);
  expect(partsOf('dashboard')).toEqual(['dashboard']);
});

test('parts are run in the order in which they are named, or one that is named twice is run twice', () => {
  expect(partsOf('load', '--seed', '7', 'counted', 'load')).toEqual(['counted', 'load']);
});

test('a part whose name is misspelt is left out without a word', () => {
  expect(() => partsOf('counted', 'atention')).toThrow('there is no part atention; there are counted, dashboard');
});

test('an option that nobody reads is passed over', () => {
  expect(() => partsOf('--second', '5')).toThrow("Unknown option '--second'");
});
