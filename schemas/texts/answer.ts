import type { AttestationClaims } from '../attestation.ts';
import { secondOf } from '../clocks.ts';
import { ABROAD, type LocalisedText } from '../code-lists/index.ts';
import type { Remedy } from '../remedy.ts';
import type { Assurance, Decision, Status } from '../status.ts';

/** A colour never stands alone: one reader in twelve cannot tell red from green, and paper has no colour at all. */
export const STATUS_TEXTS = {
  green: { shape: '●', zh: '绿码', en: 'GREEN' },
  yellow: { shape: '▲', zh: '黄码', en: 'YELLOW' },
  red: { shape: '■', zh: '红码', en: 'RED' },
  indeterminate: { shape: '?', zh: '无法判定', en: 'CANNOT TELL' },
} as const satisfies Record<Status, LocalisedText & { readonly shape: string }>;

export const DECISION_TEXTS = {
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
} as const satisfies Record<Decision, LocalisedText & { readonly next: LocalisedText }>;

const ASSURANCE_TEXTS = {
  'province-signed': { zh: '由签发省份签名', en: 'signed by the issuing province' },
  'node-signed': { zh: '由签发方的网关签名', en: "signed by the issuer's gateway" },
  transport: { zh: '省份未签名，仅由本网关证明', en: 'not signed by the province; vouched for by this gateway alone' },
} as const satisfies Record<Assurance, LocalisedText>;

/**
 * Who says what an answer says. Of a certificate from abroad it is the gateway alone, whatever the certificate's own
 * signature came to: a forged one gets an answer that is signed as well.
 */
export function evidenceText({
  assurance,
  issuer_province: issuer,
}: Pick<AttestationClaims, 'assurance' | 'issuer_province'>): LocalisedText {
  return issuer === ABROAD ? CERTIFICATE_ANSWER_TEXT : ASSURANCE_TEXTS[assurance];
}

const CERTIFICATE_ANSWER_TEXT: LocalisedText = {
  zh: '所签名的是网关对证书的答复，不是证书本身',
  en: "signed is the gateway's answer about the certificate, not the certificate itself",
};

/** Practice of March 2021: nobody is turned away for want of a phone. */
export const NO_PHONE_TEXT: LocalisedText = {
  zh: '可出示纸质通行凭证，或经本人同意由工作人员代查',
  en: "a paper pass will do, or staff may look the status up with the person's consent",
};

/** While the issuing province gives no answer there is nothing to look up. */
const PAPER_ALONE_TEXT: LocalisedText = { zh: '可出示纸质通行凭证', en: 'a paper pass will do' };

/**
 * What else somebody may show who has no phone, beside a verified answer; null: it would mislead. A status that is known is
 * not undone by another paper, and whoever has shown a certificate had something to show.
 */
export function noPhoneText({
  decision,
  issuer_province: issuer,
  reasons,
}: Pick<AttestationClaims, 'decision' | 'issuer_province'> & {
  readonly reasons: readonly string[];
}): LocalisedText | null {
  if (decision !== 'refer' || issuer === ABROAD) return null;
  return reasons.includes('issuer_unavailable') ? PAPER_ALONE_TEXT : NO_PHONE_TEXT;
}

/** What the reply says that nobody signed: shown with this mark, or worked out here from what was verified. */
export const UNSIGNED_TEXT: LocalisedText = { zh: '（未签名）', en: '(not signed)' };

/**
 * How old it is now, by the verified time and the clock here: the age in a reply is nobody's signed word. That it is of
 * an earlier reply is among the reasons. `written`: how the instant itself is put down, RFC 3339 unless told.
 */
export function freshnessText(
  { status_as_of }: Pick<AttestationClaims, 'status_as_of'>,
  nowS: number,
  written: (instant: string) => string = (instant) => instant,
): LocalisedText {
  if (status_as_of === null) return { zh: '签发省份未给出时间', en: 'the issuing province gave no time' };
  const age = ageText(Math.max(0, nowS - secondOf(status_as_of)));
  return { zh: `${age.zh}前（${written(status_as_of)}）`, en: `${age.en} ago (${written(status_as_of)})` };
}

/** A length of time as it is spoken, in whole seconds, minutes, hours or days. */
export function ageText(ageS: number): LocalisedText {
  if (ageS < 60) return { zh: `${ageS} 秒`, en: `${ageS} s` };
  if (ageS < 7200) return { zh: `${Math.floor(ageS / 60)} 分钟`, en: `${Math.floor(ageS / 60)} min` };
  if (ageS < 172_800) return { zh: `${Math.floor(ageS / 3600)} 小时`, en: `${Math.floor(ageS / 3600)} h` };
  return { zh: `${Math.floor(ageS / 86_400)} 天`, en: `${Math.floor(ageS / 86_400)} days` };
}

/** Where a holder turns, in one line. */
export function remedyText({ authority, phone, url, within_hours }: Remedy): LocalisedText {
  const within =
    within_hours === null ? null : { zh: `${within_hours} 小时内答复`, en: `answers within ${within_hours} h` };
  const listed = (language: keyof LocalisedText, comma: string) =>
    [authority[language], phone, url, within?.[language]].filter((part) => typeof part === 'string').join(comma);
  return { zh: listed('zh', '，'), en: listed('en', ', ') };
}

/** Beside a certificate that passes: it names a person, and whoever has a picture of it can show it. */
export const LOOK_AT_DOCUMENT_TEXT: LocalisedText = {
  zh: '请核对身份证件：证书并不证明持有人是本人',
  en: 'look at an identity document: a certificate does not show who holds it',
};
