import type { LocalisedText, REASON_USES } from '../code-lists/index.ts';
import type { ProblemCode } from '../problem.ts';
import type { Decision } from '../status.ts';
import { inSecondsText } from './door-next.ts';
import type { ScanProblemCode } from './scan-problems.ts';

type Uses = typeof REASON_USES;
/** The reasons that may stand beside an answer that refers. */
type ReferringReason = {
  [Reason in keyof Uses]: 'refer' extends Uses[Reason]['beside'][number] ? Reason : never;
}[keyof Uses];

/** Names and sentences of a traveller's page, and of what is printed from it. */
export const PASS_TEXTS = {
  heading: { zh: '换取通行凭证', en: 'Get a pass to carry' },
  intro: {
    zh: '出示本人的健康码，绿码可换成一张通行凭证：存在手机里或打印出来，到目的地断网也能核验。',
    en: 'Show your own health code. A green becomes a pass: keep it on a phone or print it, and it is checked at your destination even without a network.',
  },
  destination: { zh: '目的地', en: 'Destination' },
  for_staff: { zh: '工作人员登录', en: 'For staff' },
  where: { zh: '您要去哪里？', en: 'Where are you going?' },
  at_desk: {
    zh: '通行凭证由目的地签发。请到目的地的服务台，由工作人员办理，无需手机；网页不对匿名者开放，以免他人凭码图查询您的状态。',
    en: 'A pass is issued by your destination. Ask at one of its service desks, where no phone is needed. Nobody asks here unnamed: otherwise whoever has a picture of your code could look up your status.',
  },
  offline: {
    zh: '网络不通，现在无法换取通行凭证；请联网后重试。',
    en: 'No network, so no pass can be had now. Try again with one.',
  },
  your_code: { zh: '您的健康码', en: 'Your health code' },
  your_code_hint: {
    zh: '可用摄像头、截图或粘贴。健康码只用于这一次查询，不会保存。',
    en: 'With the camera, a screenshot or a paste. Your code is used for this one question and not kept.',
  },
  asking: { zh: '正在向您的省份查询…', en: 'Asking your province …' },
  card: { zh: '通行凭证', en: 'Pass' },
  from_to: { zh: '签发省份与目的地', en: 'From and to' },
  until: { zh: '有效至', en: 'Valid until' },
  as_of: { zh: '绿码状态时间', en: 'Green as of' },
  shows: { zh: '它说明', en: 'It shows' },
  shows_text: {
    zh: '签发省份的一个绿码已被目的地认可，至上述时间为止',
    en: 'that a green of that province was recognised by the destination, until the time above',
  },
  hides: { zh: '它不含', en: 'It leaves out' },
  hides_text: {
    zh: '姓名、证件号、电话、健康码内容、任何医学原因',
    en: 'names, identity numbers, phone numbers, your code, and any medical reason',
  },
  paper: { zh: '纸质', en: 'On paper' },
  paper_text: { zh: '打印件与手机显示同等效力', en: 'A print is as good as a screen' },
  check: { zh: '核验', en: 'To check it' },
  check_text: {
    zh: '工作人员用任何一台互认扫码器扫描，断网亦可；不得另外要求申领本地健康码',
    en: 'Staff scan it with any Huren scanner, without a network as well; no local code may be asked for besides',
  },
  refused: { zh: '被拒绝时', en: 'If refused' },
  refused_text: {
    zh: '请对方转人工核实并说明依据；可拨打 12345',
    en: 'Ask for staff to look into it and for the rule; call 12345',
  },
  picture: { zh: '通行凭证二维码，供扫码器读取', en: 'The pass as a QR code, for a scanner to read' },
  print: { zh: '打印', en: 'Print' },
  again: { zh: '换另一个码', en: 'Another code' },
  kept: {
    zh: '本页面不保存凭证：请打印或截屏。所依据的状态改变时，凭证随即撤销。',
    en: 'This page keeps nothing: print it or take a screenshot. When the status that it stands on changes, it is withdrawn.',
  },
  none: { zh: '没有签发通行凭证', en: 'No pass' },
  none_needed: { zh: '无需通行凭证', en: 'No pass is needed' },
  not_now: {
    zh: '现在无法在此办理通行凭证',
    en: 'No pass can be had here at the moment',
  },
  ask: { zh: '换取', en: 'Get the pass' },
  may_enter: { zh: '放行', en: 'may enter' },
  none_unsettled: {
    zh: '现在无法判定您的状态，因此没有凭证；这不表明您有任何情况。',
    en: 'Your status cannot be told now, so there is no pass. Nothing about you follows from that.',
  },
  none_unfounded: {
    zh: '此查询结果不能据以签发凭证；这不表明您有任何情况。',
    en: 'No pass can be issued on this answer. Nothing about you follows from that.',
  },
  none_not_green: {
    zh: '只有可放行的绿码才能换取凭证。查询结果如下。',
    en: 'Only a green that passes becomes a pass. This is the answer.',
  },
  none_not_lasting: {
    zh: '此绿码现在有效，但余下的时间不足以签发凭证。',
    en: 'This green is good now and does not last long enough for a pass.',
  },
  unverified: {
    zh: '网关的答复未通过验证，不予显示',
    en: "The gateway's answer did not verify, so it is not shown",
  },
} as const satisfies Record<string, LocalisedText>;

const REFRESH_CODE = { zh: '请刷新健康码后重试', en: 'Refresh your code and try again' };
/** What a traveller does about an answer that is no pass. */
export const TRAVELLER_ANSWER_TEXTS = {
  pass: { zh: '请刷新健康码后再试，或直接出示健康码', en: 'Refresh your code and try again, or show the code itself' },
  restrict: {
    zh: '可以申诉，或拨打 12345；恢复为绿码后，再来换取凭证',
    en: 'You can appeal, or call 12345; once it is green again, a pass can be had',
  },
  refer: {
    zh: '请稍后重试，或到目的地出示健康码，由工作人员核实',
    en: 'Try again in a moment, or show the code itself at your destination, where staff look into it',
  },
} as const satisfies Record<Decision, LocalisedText>;

const CONTEST = {
  zh: '可以申诉，或拨打 12345；不得据此限制您，请到目的地出示健康码，由工作人员核实',
  en: 'You can appeal, or call 12345; nobody may restrict you for it: show the code itself at your destination, where staff look into it',
};
const AT_DESTINATION = {
  zh: '请到目的地直接出示，由工作人员核实',
  en: 'Show it at your destination itself, where staff look into it',
};
/** Where staff would look into it, by what decided; null: it passes by itself, and asking again in a moment helps. */
export const TRAVELLER_REFERRED_TEXTS = {
  unsubstantiated: CONTEST,
  origin_contradicts: CONTEST,
  issuer_unavailable: null,
  issuer_reply_invalid: null,
  issuer_signature_invalid: null,
  unmapped_value: CONTEST,
  as_of_impossible: CONTEST,
  no_national_meaning: CONTEST,
  local_state_pending: {
    zh: '请待签发省份得出结论后再来，或到目的地出示健康码，由工作人员核实',
    en: 'Come back once your province has reached a conclusion, or show the code itself at your destination, where staff look into it',
  },
  too_old: {
    zh: '请刷新健康码后再试，或到目的地出示健康码，由工作人员核实',
    en: 'Refresh your code and try again, or show it at your destination, where staff look into it',
  },
  stale_used: null,
  popup: {
    zh: '请先在本省健康码中处理弹窗提示，再来换取凭证；可以申诉，或拨打 12345',
    en: "Clear the pop-up in your province's app, then try again; you can appeal, or call 12345",
  },
  certificate_not_accepted: AT_DESTINATION,
  certificate_rules_unmet: AT_DESTINATION,
  certificate_issuer_unknown: AT_DESTINATION,
  certificate_list_stale: null,
  certificate_status_unknown: null,
  certificate_rules_missing: AT_DESTINATION,
  certificate_is_link: AT_DESTINATION,
  assurance_too_low: AT_DESTINATION,
  policy_exception: AT_DESTINATION,
} as const satisfies Record<ReferringReason, LocalisedText | null>;

/** `afterS`: where the gateway says after how many seconds; null where it does not. */
export function tryLaterText(afterS: number | null): LocalisedText {
  const when = inSecondsText(afterS);
  return {
    zh: `请${when.zh}重试，或到目的地直接出示健康码`,
    en: `Try again ${when.en}, or show the code itself at your destination`,
  };
}

/** Its seconds are put into it where a refusal has some. */
export const TRY_LATER_TEXT: LocalisedText = tryLaterText(null);

/** What a traveller does about a refusal, where more helps than to ask at the destination. */
export const TRAVELLER_NEXT_TEXTS = {
  check_not_permitted: { zh: '您无需出示健康码即可进入', en: 'You may go in without showing a code' },
  code_expired: REFRESH_CODE,
  code_unrecognised: {
    zh: '请确认这是您的健康码，刷新后重试',
    en: 'See whether it is your health code, refresh it and try again',
  },
  personal_identifier_refused: {
    zh: '请出示健康码，不要输入个人号码',
    en: 'Show the code; never type a personal number',
  },
  rate_limited: TRY_LATER_TEXT,
  unavailable: TRY_LATER_TEXT,
  gateway_unreachable: TRY_LATER_TEXT,
  reply_unreadable: TRY_LATER_TEXT,
  no_code_in_picture: {
    zh: '请用更清晰、更近的图片重试',
    en: 'Try again with a picture that is sharper and closer',
  },
  picture_unreadable: { zh: '请用 PNG 或 JPEG 图片重试', en: 'Try again with a PNG or JPEG picture' },
} as const satisfies Partial<Record<ProblemCode | ScanProblemCode, LocalisedText>>;

/** Where nobody is signed in for the place that the pass is for. */
export const STAFF_SIGN_IN_TEXT: LocalisedText = {
  zh: '这不表明您有任何情况；请工作人员在本页登录，再出示健康码',
  en: 'Nothing about you follows from this: have the staff here sign in, then show your code again',
};

/** The same in a sandbox, where nobody signs in. */
export const CHOOSE_VENUE_TEXT: LocalisedText = {
  zh: '这不表明您有任何情况；请选择示例场所，再出示健康码',
  en: 'Nothing about you follows from this: choose an invented venue, then show your code again',
};

/** Whatever else it is, it says nothing about the traveller. */
export const TRAVELLER_ASKS_TEXT: LocalisedText = {
  zh: '这不表明您有任何情况；请到目的地的服务台办理，或直接出示健康码',
  en: 'Nothing about you follows from this: ask at a service desk of your destination, or show the code itself',
};
