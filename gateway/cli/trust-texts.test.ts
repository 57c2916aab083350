import { describe, expect, test } from 'vitest';
import { checkText } from '../../schemas/texts/trust-errors.ts';
import { checkNext } from './trust-texts.ts';

describe('a verifier whose clock is off', () => {
  test('is not told by how much, or is sent to scan again for ever', () => {
    const early = { code: 'not_yet_valid', clock_off_s: 600 } as const;
    expect(checkText(early).en).toContain('10 min in the future of this clock');
    expect(checkText(early).zh).toContain('超前 10 分钟');
    expect(checkNext(early).en).toMatch(/^check this clock/);
    expect(checkNext(early).zh).toContain('本机时钟');
    const late = { code: 'expired', clock_off_s: -900 } as const;
    expect(checkText(late).en).toContain('15 min ago by this clock');
    expect(checkNext(late).en).toContain('check this clock');
    expect(checkNext(late).zh).toContain('校准本机时钟');
  });

  test('is told of seconds where none are known', () => {
    expect(checkText({ code: 'expired' }).en).not.toContain(' s ');
  });
});
