import { beforeAll, describe, expect, test } from 'vitest';
import type { VerificationReply } from '../../schemas/verification.ts';
import { makeAttestation, makeStatement, makeWorld, undisclosed, type World } from '../trust/attestation.fixture.ts';
import { type CheckedAnswer, checkAnswer } from '../trust/check-answer.ts';
import { anchorOf, NOW_S } from '../trust/federation.fixture.ts';
import { TrustError } from '../trust/trust-error.ts';
import { printAnswer } from './answer-text.ts';
import { createCli, type Language } from './cli.ts';

const LANGUAGES = ['en', 'zh'] as const;
const GREEN = { status: 'green', decision: 'pass', reasons: ['ok'] } as const;
const RED = { status: 'red', decision: 'restrict', reasons: ['red_ground'], provenance: 'signed' } as const;
const CANNOT_TELL = { status: 'indeterminate', decision: 'refer', reasons: ['no_national_meaning'] } as const;
/** Anything by which somebody at a door could take an answer for one. */
const TELLING =
  /GREEN|YELLOW|RED|CANNOT TELL|pass\b(?! will do)|restrict|绿码|黄码|红码|无法判定|放行|限制|Henan|河南|[●▲■]/;

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

type Said = typeof GREEN | typeof RED | typeof CANNOT_TELL;

/** A gateway's whole reply, as it says the same in plain words; `over` are plain words that say something else. */
async function replyOf(said: Said, over: Partial<VerificationReply> = {}): Promise<VerificationReply> {
  const evidence = [undisclosed(await makeStatement(world, { status: said.status }))];
  const attestation = await makeAttestation(world, evidence, said);
  return {
    status: said.status,
    decision: said.decision,
    issuer: { province: '410000', name: { zh: '河南', en: 'Henan' } },
    destination: '440000',
    reasons: said.reasons.map((code) => ({ code, text: { zh: '任意', en: 'whatever it likes' } })),
    status_as_of: new Date((NOW_S - 60) * 1000).toISOString(),
    age_s: 3,
    stale: false,
    provenance: said === RED ? 'signed' : null,
    assurance: 'province-signed',
    remedy: { authority: { zh: '河南12345', en: 'Henan hotline' }, phone: '12345', url: null, within_hours: 48 },
    attestation,
    evidence,
    ...over,
  };
}

async function check(reply: VerificationReply): Promise<CheckedAnswer> {
  const trust = {
    anchor: anchorOf(world.anchor),
    chainOf: async (id: string) => {
      const chain = world.chains.get(id);
      if (chain === undefined) throw new TrustError('fetch_failed', 'there is no chain');
      return chain;
    },
    historicalKeysOf: () => null,
    statusListOf: async () => null,
  };
  return await checkAnswer({ ...reply, spoken: reply }, trust, { atS: NOW_S });
}

async function lines(language: Language, reply: VerificationReply): Promise<string> {
  const printed: string[] = [];
  const cli = { ...createCli(language, {}), print: (line = '') => void printed.push(line) };
  printAnswer(cli, reply, await check(reply), NOW_S + 140);
  return printed.join('\n');
}

describe('an answer that verified', () => {
  test.each([RED, CANNOT_TELL])('$decision leaves the holder without a remedy', async (said) => {
    const reply = await replyOf(said);
    expect(await lines('en', reply)).toMatch(/appeal +Henan hotline, 12345, answers within 48 h \(not signed\)/);
    expect(await lines('zh', reply)).toMatch(/申诉 +河南12345，12345，48 小时内答复 （未签名）/);
  });

  test('that cannot tell leaves the holder without a way without a phone', async () => {
    const reply = await replyOf(CANNOT_TELL);
    expect(await lines('en', reply)).toMatch(/no phone +a paper pass .*consent/);
    expect(await lines('zh', reply)).toMatch(/无手机 +.*纸质通行凭证.*经本人同意/);
  });

  test('that restricts says that another paper will do', async () => {
    expect(await lines('en', await replyOf(RED))).not.toMatch(/no phone/);
  });

  test('that passes is burdened with either', async () => {
    expect(await lines('en', await replyOf(GREEN, { remedy: null }))).not.toMatch(/appeal|no phone/);
  });

  test('is shown with an age, a reason’s words or a name that nobody signed', async () => {
    const reply = await replyOf(GREEN, { issuer: { province: '410000', name: { zh: '上海', en: 'Shanghai' } } });
    const text = await lines('en', reply);
    expect(text).toContain('● GREEN · pass  Henan → Guangdong');
    expect(text).toMatch(/how fresh +3 min ago/);
    expect(text).not.toMatch(/whatever it likes|Shanghai|\b3 s\b/);
  });
});

describe('an answer that did not verify', () => {
  test.each(LANGUAGES)('shows a colour, a decision or a remedy (%s)', async (language) => {
    for (const said of [GREEN, RED, CANNOT_TELL]) {
      const reply = await replyOf(said);
      const forged = [
        { ...reply, attestation: `${reply.attestation.slice(0, -4)}AAAA` },
        { ...reply, evidence: [] },
        await replyOf(said, { status: 'yellow' }),
        await replyOf(said, { attestation: 'x' }),
      ];
      for (const one of forged) {
        const text = await lines(language, one);
        expect(text).toMatch(/NOT VERIFIED|未通过验证/);
        expect(text).not.toMatch(TELLING);
        expect(text).not.toMatch(/12345|hotline/);
      }
    }
  });

  test.each(LANGUAGES)('because of what it says does not name the rule (%s)', async (language) => {
    const evidence = [undisclosed(await makeStatement(world, { status: 'red' }))];
    const attestation = await makeAttestation(world, evidence, { ...RED, provenance: 'violated' });
    const text = await lines(language, { ...(await replyOf(RED)), attestation, evidence, provenance: 'violated' });
    expect(text).toMatch(/rule_broken.*restriction_unsubstantiated/);
  });
});
