import type { InspectColor } from 'node:util';
import type { AttestationClaims } from '../../schemas/attestation.ts';
import { secondOf } from '../../schemas/clocks.ts';
import { ABROAD, type LocalisedText, PROVINCES, REASONS } from '../../schemas/code-lists/index.ts';
import type { Remedy } from '../../schemas/remedy.ts';
import type { Decision, Status } from '../../schemas/status.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import type { CheckedAnswer, FailedAnswer } from './check-answer.ts';
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

/** What the reply says that nobody signed: shown with this mark, or worked out here from what was verified. */
const UNSIGNED: LocalisedText = { zh: '（未签名）', en: '(not signed)' };

/**
 * An answer as a person reads it: status and decision, why, how fresh, what to do next, and whether it verified. All of
 * it comes from the verified attestation; of one that did not verify nothing is shown but that, and why.
 */
export function printAnswer(cli: Cli, reply: VerificationReply, checked: CheckedAnswer, nowS: number): void {
  if (checked.verified) printVerified(cli, checked, reply.remedy, nowS);
  else printUnverified(cli, checked);
}

/** A certificate names a person, and whoever has a picture of it can show it. */
const LOOK_AT_DOCUMENT = {
  zh: '请核对身份证件：证书并不证明持有人是本人',
  en: 'look at an identity document: a certificate does not show who holds it',
};

function printVerified(
  cli: Cli,
  { claims, chain }: Extract<CheckedAnswer, { verified: true }>,
  remedy: Remedy | null,
  nowS: number,
): void {
  const { say, print, paint } = cli;
  const status = STATUSES[claims.status];
  const decision = DECISIONS[claims.decision];
  const route = `${say(PROVINCES[claims.issuer_province])} → ${say(PROVINCES[claims.destination])}`;
  print(`${paint(['bold', status.colour], `${status.shape} ${say(status)} · ${say(decision)}`)}  ${route}`);
  row(
    cli,
    { zh: '原因', en: 'why' },
    claims.reasons.map((code) => say(REASONS[code])).join(say({ zh: '；', en: '; ' })),
  );
  row(cli, { zh: '时效', en: 'how fresh' }, freshness(cli, claims, nowS));
  row(cli, { zh: '下一步', en: 'next' }, say(decision.next));
  if (claims.issuer_province === ABROAD && claims.decision === 'pass') {
    row(cli, { zh: '持有人', en: 'holder' }, say(LOOK_AT_DOCUMENT));
  }
  // The gateway's own word: a signed attestation has no room for it.
  if (remedy !== null) row(cli, { zh: '申诉', en: 'appeal' }, `${remedyText(cli, remedy)} ${say(UNSIGNED)}`);
  if (claims.decision !== 'pass') row(cli, { zh: '无手机', en: 'no phone' }, say(NO_PHONE));
  row(cli, { zh: '证据', en: 'evidence' }, say(ASSURANCES[claims.assurance]));
  const [anchor, count] = [chain.at(-1)?.iss ?? '', chain.length];
  const verified = {
    zh: `✓ ${count} 环均已验证，直至 ${anchor}`,
    en: `✓ all ${count} links verified, up to ${anchor}`,
  };
  row(cli, { zh: '信任链', en: 'chain' }, say(verified));
}

/** Whatever it said, a colour here would be somebody's, and might be believed. */
function printUnverified(cli: Cli, checked: FailedAnswer): void {
  const { say, print, paint } = cli;
  const heading = { zh: '✗ 未通过验证：答复内容不予显示', en: '✗ NOT VERIFIED: what the answer says is not shown' };
  print(paint(['bold', 'red'], say(heading)));
  row(cli, { zh: '下一步', en: 'next' }, say({ zh: '请转人工核实', en: 'have staff look into it' }));
  row(cli, { zh: '无手机', en: 'no phone' }, say(NO_PHONE));
  row(cli, { zh: '信任链', en: 'chain' }, `✗ ${checked.code}: ${say(checkText(checked))} (${checked.link})`);
}

function row(cli: Cli, label: LocalisedText, text: string): void {
  cli.print(`  ${label[cli.language]}${gap(cli, label)}${printable(text)}`);
}

function gap(cli: Cli, label: LocalisedText): string {
  return cli.language === 'zh' ? ' '.repeat(8 - 2 * label.zh.length) : ' '.repeat(11 - label.en.length);
}

/** How old it is now, by the verified time and the clock here: the age in a reply is nobody's signed word. */
function freshness(cli: Cli, { status_as_of, stale }: AttestationClaims, nowS: number): string {
  if (status_as_of === null) return cli.say({ zh: '签发省份未给出时间', en: 'the issuing province gave no time' });
  const age = ageText(cli, Math.max(0, nowS - secondOf(status_as_of)));
  const earlier = { zh: '，为宽限期内的先前答复', en: ', an earlier reply inside its grace period' };
  return (
    cli.say({ zh: `${age}前（${status_as_of}）`, en: `${age} ago (${status_as_of})` }) + (stale ? cli.say(earlier) : '')
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
