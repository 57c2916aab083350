import { expect, test } from 'vitest';
import { WrongUsage } from '../../program-options.ts';
import { readOptions } from './options.ts';

const KNOWN = ['counted', 'dashboard', 'attention', 'load'];
const partsOf = (...args: readonly string[]) => readOptions(args).parts;

test('a part is left out of a whole run, or one that nobody named is run', () => {
  expect(partsOf()).toEqual(KNOWN);
  expect(partsOf('--scans', '10')).toEqual(KNOWN);
  expect(partsOf('dashboard')).toEqual(['dashboard']);
});

test('parts are run in the order in which they are named, or one that is named twice is run twice', () => {
  expect(partsOf('load', '--seed', '7', 'counted', 'load')).toEqual(['counted', 'load']);
});

test('a part whose name is misspelt is left out without a word', () => {
  expect(() => partsOf('counted', 'atention')).toThrow('there is no atention; there are counted, dashboard');
});

test('an option that nobody reads is passed over', () => {
  expect(() => partsOf('--second', '5')).toThrow("Unknown option '--second'");
});

test.each([
  ['--scans', 'x'],
  ['--scans', '0'],
  ['--scans', '1.5'],
  ['--seconds', ''],
  ['--seed', '1e99'],
])('a number is run with that is none: %s %s', (...args) => {
  expect(() => partsOf(...args)).toThrow(WrongUsage);
});
