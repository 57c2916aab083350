import type { LocalisedText } from '../code-lists/index.ts';
import type { ProblemCode, UnrecognisedKind } from '../problem.ts';

const TELL_OPERATOR = {
  zh: '不得据此拒绝；请转人工核实，并告知运维人员',
  en: 'Do not turn the person away; have staff look into it, and tell the operator',
};
/** `afterS`: where the gateway says after how many seconds; null where it does not. */
export function tryAgainText(afterS: number | null): LocalisedText {
  const when = inSecondsText(afterS);
  return {
    zh: `不得据此拒绝；请${when.zh}重试，或转人工核实`,
    en: `Do not turn the person away; try again ${when.en}, or have staff look into it`,
  };
}

/** A number stays with its unit. None of them: as long as it takes to ask. */
export function inSecondsText(afterS: number | null): LocalisedText {
  if (afterS === null || afterS === 0) return { zh: '稍后', en: 'in a moment' };
  return { zh: `在\u00a0${afterS}\u00a0秒后`, en: `in ${afterS}\u00a0s` };
}

/** Advice that sends whoever reads it to a header, with what the header says: a page shows none. */
export function withRetryAfter({ zh, en }: LocalisedText, afterS: number): LocalisedText {
  const header = 'Retry-After';
  return {
    zh: zh.replace(`${header} `, `${header}（${afterS}\u00a0秒）`),
    en: en.replace(header, `${header} (${afterS}\u00a0s)`),
  };
}

/** Its seconds are put into it where a refusal has some. */
export const TRY_AGAIN_TEXT: LocalisedText = tryAgainText(null);
const SCAN_AGAIN = {
  zh: '请重新扫描；仍无法识别时，请持码人刷新健康码',
  en: 'Scan again; if that does not help, ask the holder to refresh the code',
};
const SIGN_IN_AGAIN = {
  zh: '不得据此拒绝；请重新登录后再查验',
  en: 'Do not turn the person away; sign in again, then check the code',
};
/** The same where nobody signs in with this gateway: what is done instead, by how a page comes to ask as a venue. */
export const SIGN_IN_OTHERWISE_TEXTS = {
  token: {
    zh: '不得据此拒绝；请使用新的访问令牌后再查验',
    en: 'Do not turn the person away; use a new access token, then check the code',
  },
  sandbox: {
    zh: '不得据此拒绝；请选择示例场所后再查验',
    en: 'Do not turn the person away; choose an invented venue, then check the code',
  },
} as const satisfies Record<string, LocalisedText>;
/** A token of which the next is no better: of a server, a region or a kind of venue that nobody has admitted. */
export const SIGN_IN_USELESS_TEXT: LocalisedText = {
  zh: '不得据此拒绝；重新登录也无济于事：请转人工核实，并告知运维人员',
  en: 'Do not turn the person away; signing in again does not help: have staff look into it, and tell the operator',
};

/** For whoever runs the scanner, of such a token: the advice to get another one would contradict the door's. */
export const TOKEN_USELESS_TEXT: LocalisedText = {
  zh: '换取新令牌无济于事：请按括号中的原因核对授权服务器的登记',
  en: 'A new token has the same fault: compare its reason with what the authorization server is registered for',
};

/** For whoever runs the scanner, of a code that is not recognised; null: nothing about the scanner is wrong. */
export const UNRECOGNISED_OPERATOR_TEXTS = {
  not_a_code: {
    zh: '请检查扫码器：附加字符、大写锁定、输入法、镜头',
    en: 'Check the scanner: what it adds, caps lock, input method, camera',
  },
  two_codes: {
    zh: '请检查扫码器是否在每次扫描后输出结束符',
    en: 'Check that the scanner ends each scan before the next one begins',
  },
  not_known: null,
  own_pass: null,
} as const satisfies Record<UnrecognisedKind, LocalisedText | null>;

/**
 * For whoever runs the scanner, where a refusal's own advice is for a client's programmer: what the door does is said
 * already, and what exactly is wrong stands behind it where it is told.
 */
export const OPERATOR_NEXT_TEXTS = {
  proof_invalid: {
    zh: '请为此方法、此地址和此令牌重新生成证明',
    en: 'Make a proof for this method, this address and this token',
  },
  node_unreachable: {
    zh: '请检查本网关到该省节点的网络；网络正常时，告知该省',
    en: "Look to the network between this gateway and that province's node; where that is well, tell the province",
  },
  node_reply_invalid: { zh: '请告知该省：其节点的答复不符合格式', en: 'Tell the province what its node answers with' },
  adapter_suspended: { zh: '请在 /registry 查看原因', en: 'See /registry for the reason' },
} as const satisfies Partial<Record<ProblemCode, LocalisedText>>;

/** Of a fault of the gateway where its reply does not say under which number the log has it. */
export const INTERNAL_UNNUMBERED_TEXT: LocalisedText = {
  zh: '网关日志记有原因；请将出错时间告知其运维人员',
  en: "The gateway's log has the cause; tell its operator at what time it was",
};

/** Where scanning again may not help either. */
export const LAST_RESORT_TEXT: LocalisedText = {
  zh: '不得据此拒绝；仍无结果时转人工核实',
  en: 'Do not turn the person away; if there is still no answer, have staff look into it',
};

/** Beside a pass that does not count here, of a holder who may have nothing else: it decides neither way. */
export const PASS_NO_PHONE_TEXT: LocalisedText = {
  zh: '可经本人同意由工作人员代查，由负责人员决定',
  en: 'Staff look the status up with consent, and whoever is in charge decides',
};

/**
 * What the person at the door does about a refusal whose own advice is for whoever runs or programs the scanner; null: the
 * refusal says it itself.
 */
export const DOOR_NEXT_TEXTS = {
  token_missing: SIGN_IN_AGAIN,
  token_invalid: SIGN_IN_AGAIN,
  proof_missing: TELL_OPERATOR,
  proof_invalid: TELL_OPERATOR,
  proof_nonce_required: TELL_OPERATOR,
  proof_replayed: TELL_OPERATOR,
  node_token_invalid: TELL_OPERATOR,
  node_not_admitted: TELL_OPERATOR,
  origin_refused: TELL_OPERATOR,
  loop_refused: TELL_OPERATOR,
  node_unreachable: TELL_OPERATOR,
  node_reply_invalid: TELL_OPERATOR,
  rate_limited: TRY_AGAIN_TEXT,
  unknown_codes_excessive: TELL_OPERATOR,
  check_not_permitted: null,
  audit_not_permitted: TELL_OPERATOR,
  venue_foreign: TELL_OPERATOR,
  code_unrecognised: SCAN_AGAIN,
  code_expired: null,
  personal_identifier_refused: null,
  body_invalid: TELL_OPERATOR,
  media_type_unsupported: TELL_OPERATOR,
  body_too_large: TELL_OPERATOR,
  headers_too_large: TELL_OPERATOR,
  request_timeout: TRY_AGAIN_TEXT,
  adapter_suspended: TELL_OPERATOR,
  not_found: TELL_OPERATOR,
  method_not_allowed: TELL_OPERATOR,
  event_invalid: TELL_OPERATOR,
  event_unauthorised: TELL_OPERATOR,
  log_conflict: TELL_OPERATOR,
  unavailable: TRY_AGAIN_TEXT,
  internal: TELL_OPERATOR,
} as const satisfies Record<ProblemCode, LocalisedText | null>;
