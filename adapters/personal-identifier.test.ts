import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksLikePersonalIdentifier } from './personal-identifier.ts';

/** Made up: no division has the code 000000, and no subscriber number is all zeros. */
const ID18 = '000000199001010000';
const ID15 = '000000900101000';
const MOBILE = '10000000000';

describe('a person in place of a code', () => {
  test.each([
    [ID18],
    ['00000019900101000X'],
    ['00000019900101000x'],
    ['000000999999999999'],
    [ID15],
    [MOBILE],
    [`+86${MOBILE}`],
    [`0086${MOBILE}`],
    [`86${MOBILE}`],
    [`+86 100 0000 0000`],
    ['100-0000-0000'],
    ['000000 19900101 0000'],
    ['000000-19900101-000X'],
    ['0 0 0 0 0 0 1 9 9 0 0 1 0 1 0 0 0 0'],
    [` ${ID18}\n`],
    [`\u3000${MOBILE}\t`],
    ['１００００００００００'],
    ['００００００１９９００１０１０００Ｘ'],
    ['100\u20110000\u20110000'],
    ['100\u200b0000\u200b0000'],
    [`https://code.invalid/q?id=${ID18}`],
    [`https://code.invalid/q?tel=${MOBILE}&x=1`],
    [`https://code.invalid/q?tel=%2B86${MOBILE}`],
    [`https://code.invalid/q?id=000000%2D19900101%2D0000`],
    [`https://code.invalid/q?id=%31%30000000000`],
    [`https://code.invalid/q?id=%FF%31%30000000000`],
    [`{"idcard":"${ID15}"}`],
    [`身份证${ID18}`],
    [`电话：100 0000 0000。`],
  ])('%s', (text) => {
    expect(looksLikePersonalIdentifier(text)).toBe(true);
  });
});

describe('codes that must not be refused', () => {
  test.each([
    [`SMP:${'1'.repeat(32)}`],
    ['1'.repeat(32)],
    ['2000000000'],
    ['20000000000'],
    [`x${ID18}`],
    [`${ID18}0`],
    ['https://code.invalid/q?n=000000999999999999'],
    ['https://code.invalid/q?t=1646870400&ms=1646870400000'],
    ['{"label":"yss","cid":"0000***********000","encode":"0123456789abcdef"}'],
    ['10000000-0000-4000-8000-100000000000'],
    [''],
    ['%'],
  ])('%s', (text) => {
    expect(looksLikePersonalIdentifier(text)).toBe(false);
  });

  test('random tokens of the shapes that recognisers accept are not refused', () => {
    const token = fc.oneof(
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex')),
      fc.uint8Array({ minLength: 16, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.uint8Array({ minLength: 16, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    );
    const framed = fc.tuple(fc.constantFrom('', 'SMP:', 'https://code.invalid/q?id=akm:qrcode:', 'a.b.'), token);
    fc.assert(
      fc.property(framed, ([frame, text]) => {
        expect(looksLikePersonalIdentifier(`${frame}${text}`)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  test('arbitrary text never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => typeof looksLikePersonalIdentifier(text) === 'boolean'),
    );
  });
});
