import { describe, expect, test } from 'vitest';
import type { VerificationReply } from '../../schemas/verification.ts';
import { printAnswer } from './answer-text.ts';
import { createCli, type Language } from './cli.ts';

function lines(language: Language, decision: VerificationReply['decision']): string {
  const printed: string[] = [];
  const cli = { ...createCli(language, {}), print: (line = '') => void printed.push(line) };
  const isPass = decision === 'pass';
  const reply: VerificationReply = {
    status: isPass ? 'green' : 'indeterminate',
    decision,
    issuer: { province: '410000', name: { zh: '河南', en: 'Henan' } },
    destination: '440000',
    reasons: [{ code: isPass ? 'ok' : 'unsubstantiated', text: { zh: '', en: '' } }],
    status_as_of: null,
    age_s: null,
    stale: false,
    provenance: null,
    assurance: 'transport',
    remedy: isPass
      ? null
      : { authority: { zh: '河南12345', en: 'Henan hotline' }, phone: '12345', url: null, within_hours: 48 },
    attestation: '',
    evidence: [],
  };
  printAnswer(cli, reply, { verified: false, code: 'token_malformed', link: 'attestation', chain: [] });
  return printed.join('\n');
}

describe('the text at a door', () => {
  test.each([
    'refer',
    'restrict',
  ] as const)('%s leaves the holder without a remedy or a way without a phone', (decision) => {
    expect(lines('en', decision)).toMatch(/appeal +Henan hotline, 12345, answers within 48 h/);
    expect(lines('en', decision)).toMatch(/no phone +a paper pass .*consent/);
    expect(lines('zh', decision)).toMatch(/申诉 +河南12345，12345，48 小时内答复/);
    expect(lines('zh', decision)).toMatch(/无手机 +.*纸质通行证.*经本人同意/);
  });

  test('a pass is burdened with either', () => {
    expect(lines('en', 'pass')).not.toMatch(/appeal|no phone/);
  });
});
