import type { InspectColor } from 'node:util';
import { ABROAD, type LocalisedText, PROVINCES, REASONS } from '../../schemas/code-lists/index.ts';
import type { Remedy } from '../../schemas/remedy.ts';
import type { Status } from '../../schemas/status.ts';
import {
  DECISION_TEXTS,
  evidenceText,
  freshnessText,
  LOOK_AT_DOCUMENT_TEXT,
  NO_PHONE_TEXT,
  noPhoneText,
  remedyText,
  STATUS_TEXTS,
  UNSIGNED_TEXT,
} from '../../schemas/texts/answer.ts';
import { checkText } from '../../schemas/texts/trust-errors.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import type { CheckedAnswer, FailedAnswer } from '../trust/check-answer.ts';
import { type Cli, printable } from './cli.ts';

const COLOURS: Record<Status, InspectColor> = {
  green: 'green',
  yellow: 'yellow',
  red: 'red',
  indeterminate: 'magenta',
};

/**
 * An answer as a person reads it: status and decision, why, how fresh, what to do next, and whether it verified. All of
 * it comes from the verified attestation; of one that did not verify nothing is shown but that, and why.
 */
export function printAnswer(cli: Cli, reply: VerificationReply, checked: CheckedAnswer, nowS: number): void {
  if (checked.verified) printVerified(cli, checked, reply.remedy, nowS);
  else printUnverified(cli, checked);
}

function printVerified(
  cli: Cli,
  { claims, chain }: Extract<CheckedAnswer, { verified: true }>,
  remedy: Remedy | null,
  nowS: number,
): void {
  const { say, print, paint } = cli;
  const status = STATUS_TEXTS[claims.status];
  const decision = DECISION_TEXTS[claims.decision];
  const route = `${say(PROVINCES[claims.issuer_province])} → ${say(PROVINCES[claims.destination])}`;
  print(`${paint(['bold', COLOURS[claims.status]], `${status.shape} ${say(status)} · ${say(decision)}`)}  ${route}`);
  row(
    cli,
    { zh: '原因', en: 'why' },
    claims.reasons.map((code) => say(REASONS[code])).join(say({ zh: '；', en: '; ' })),
  );
  row(cli, { zh: '时效', en: 'how fresh' }, say(freshnessText(claims, nowS)));
  row(cli, { zh: '下一步', en: 'next' }, say(decision.next));
  if (claims.issuer_province === ABROAD && claims.decision === 'pass') {
    row(cli, { zh: '持有人', en: 'holder' }, say(LOOK_AT_DOCUMENT_TEXT));
  }
  // The gateway's own word: a signed attestation has no room for it.
  if (remedy !== null) row(cli, { zh: '申诉', en: 'appeal' }, `${say(remedyText(remedy))} ${say(UNSIGNED_TEXT)}`);
  const noPhone = noPhoneText(claims);
  if (noPhone !== null) row(cli, { zh: '无手机', en: 'no phone' }, say(noPhone));
  row(cli, { zh: '证据', en: 'evidence' }, say(evidenceText(claims)));
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
  row(cli, { zh: '无手机', en: 'no phone' }, say(NO_PHONE_TEXT));
  row(cli, { zh: '信任链', en: 'chain' }, `✗ ${checked.code}: ${say(checkText(checked))} (${checked.link})`);
}

function row(cli: Cli, label: LocalisedText, text: string): void {
  cli.print(`  ${label[cli.language]}${gap(cli, label)}${printable(text)}`);
}

function gap(cli: Cli, label: LocalisedText): string {
  return cli.language === 'zh' ? ' '.repeat(8 - 2 * label.zh.length) : ' '.repeat(11 - label.en.length);
}
