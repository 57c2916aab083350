import type { InspectColor } from 'node:util';
import { type LocalisedText, PROVINCES, REASONS } from '../../schemas/code-lists/index.ts';
import type { Remedy } from '../../schemas/remedy.ts';
import type { Decision, Status } from '../../schemas/status.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import type { CheckedAnswer } from './check-answer.ts';
import { type Cli, printable } from './cli.ts';
import { checkText } from './trust-texts.ts';

/** A colour never stands alone: one reader in twelve cannot tell red from green, and paper has no colour at all. */
const STATUSES: Record<Status, LocalisedText & { readonly shape: string; readonly colour: InspectColor }> = {
  green: { shape: '●', colour: 'green', zh: '绿码', en: 'GREEN' },
  yellow: { shape: '▲', colour: 'yellow', zh: '黄码', en: 'YELLOW' },
  red: { shape: '■', colour: 'red', zh: '红码', en: 'RED' },
  indeterminate: { shape: '?', colour: 'magenta', zh: '无法判定', en: 'CANNOT TELL' },
};

const DECISIONS: Record<Decision, LocalisedText & { readonly next: LocalisedText }> = {
  pass: { zh: '放行', en: 'pass', next: { zh: '请放行', en: 'let the person through' } },
  restrict: {
    zh: '按目的地规定限制',
    en: 'restrict',
    next: {
      zh: '按目的地已公布的规定处理，并告知申诉途径',
      en: "follow the destination's published rule, and tell the person where to appeal",
    },
  },
  refer: {
    zh: '转人工处理',
    en: 'refer',
    next: {
      zh: '不得据此拒绝；请转人工核实',
      en: 'do not turn the person away on this answer; have staff look into it',
    },
  },
};

const ASSURANCES: Record<VerificationReply['assurance'], LocalisedText> = {
  'province-signed': { zh: '由签发省份签名', en: 'signed by the issuing province' },
  'node-signed': { zh: '由签发省份的网关签名', en: "signed by the issuing province's gateway" },
  transport: { zh: '省份未签名，仅由本网关证明', en: 'not signed by the province; vouched for by this gateway alone' },
};

/** Practice of March 2021: nobody is turned away for want of a phone. */
const NO_PHONE: LocalisedText = {
  zh: '可出示纸质通行证，或经本人同意由工作人员代查',
  en: "a paper pass will do, or staff may look the status up with the person's consent",
};

/** An answer as a person reads it: status and decision, why, how fresh, what to do next, and whether it verified. */
export function printAnswer(cli: Cli, reply: VerificationReply, checked: CheckedAnswer): void {
  const { say, print, paint } = cli;
  const row = (label: LocalisedText, text: string) =>
    print(`  ${label[cli.language]}${gap(cli, label)}${printable(text)}`);
  const status = STATUSES[reply.status];
  const decision = DECISIONS[reply.decision];
  if (!checked.verified) {
    print(
      paint(
        ['bold', 'red'],
        say({ zh: '✗ 未通过验证：请勿采信以下内容', en: '✗ NOT VERIFIED: do not rely on what follows' }),
      ),
    );
  }
  const route = `${say(PROVINCES[reply.issuer.province])} → ${say(PROVINCES[reply.destination])}`;
  print(`${paint(['bold', status.colour], `${status.shape} ${say(status)} · ${say(decision)}`)}  ${route}`);
  row({ zh: '原因', en: 'why' }, reply.reasons.map(({ code }) => say(REASONS[code])).join(say({ zh: '；', en: '; ' })));
  row({ zh: '时效', en: 'how fresh' }, freshness(cli, reply));
  row(
    { zh: '下一步', en: 'next' },
    say(checked.verified ? decision.next : { zh: '请转人工核实', en: 'have staff look into it' }),
  );
  if (reply.remedy !== null) row({ zh: '申诉', en: 'appeal' }, remedyText(cli, reply.remedy));
  if (reply.decision !== 'pass') row({ zh: '无手机', en: 'no phone' }, say(NO_PHONE));
  row({ zh: '证据', en: 'evidence' }, say(ASSURANCES[reply.assurance]));
  row({ zh: '信任链', en: 'chain' }, chainText(cli, checked));
}

function gap(cli: Cli, label: LocalisedText): string {
  return cli.language === 'zh' ? ' '.repeat(8 - 2 * label.zh.length) : ' '.repeat(11 - label.en.length);
}

function freshness(cli: Cli, reply: VerificationReply): string {
  if (reply.status_as_of === null || reply.age_s === null) {
    return cli.say({ zh: '签发省份未给出时间', en: 'the issuing province gave no time' });
  }
  const age = ageText(cli, reply.age_s);
  const text = { zh: `${age}前（${reply.status_as_of}）`, en: `${age} ago (${reply.status_as_of})` };
  return (
    cli.say(text) +
    (reply.stale ? cli.say({ zh: '，为宽限期内的先前答复', en: ', an earlier reply inside its grace period' }) : '')
  );
}

function ageText(cli: Cli, ageS: number): string {
  if (ageS < 120) return cli.say({ zh: `${ageS} 秒`, en: `${ageS} s` });
  if (ageS < 7200) return cli.say({ zh: `${Math.floor(ageS / 60)} 分钟`, en: `${Math.floor(ageS / 60)} min` });
  return cli.say({ zh: `${Math.floor(ageS / 3600)} 小时`, en: `${Math.floor(ageS / 3600)} h` });
}

function remedyText(cli: Cli, remedy: Remedy): string {
  const within = remedy.within_hours;
  const parts = [
    cli.say(remedy.authority),
    remedy.phone,
    remedy.url,
    within === null ? null : cli.say({ zh: `${within} 小时内答复`, en: `answers within ${within} h` }),
  ];
  return parts.filter((part) => part !== null).join(cli.say({ zh: '，', en: ', ' }));
}

function chainText(cli: Cli, checked: CheckedAnswer): string {
  if (!checked.verified) return `✗ ${checked.code}: ${cli.say(checkText(checked))} (${checked.link})`;
  const anchor = checked.chain.at(-1)?.iss ?? '';
  const count = checked.chain.length;
  return cli.say({ zh: `✓ ${count} 环均已验证，直至 ${anchor}`, en: `✓ all ${count} links verified, up to ${anchor}` });
}
