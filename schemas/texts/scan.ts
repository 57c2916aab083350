import type { LocalisedText } from '../code-lists/index.ts';
import type { CredentialFamily } from '../credential-family.ts';
import type { ProblemCode, UnrecognisedKind } from '../problem.ts';
import type { Decision } from '../status.ts';

/** The one word that is read at arm's length. */
export const DECISION_WORDS = {
  pass: { zh: '放行', en: 'PASS' },
  restrict: { zh: '限制', en: 'RESTRICT' },
  refer: { zh: '转人工', en: 'REFER' },
} as const satisfies Record<Decision, LocalisedText>;

interface Explained extends LocalisedText {
  readonly next: LocalisedText;
}

/** What the scanner itself has to say instead of an answer, by closed code, with what to do next. */
export const SCAN_PROBLEM_TEXTS = {
  gateway_unreachable: {
    zh: '网络不通，无法查验此码',
    en: 'No network: this code cannot be checked',
    next: {
      zh: '不得据此拒绝；可查验通行凭证（电子或纸质），或转人工核实',
      en: 'Do not turn the person away; a pass, on a phone or on paper, can be checked, or have staff look into it',
    },
  },
  reply_unreadable: {
    zh: '网关的答复无法识读',
    en: "The gateway's reply could not be read",
    next: {
      zh: '不得据此拒绝；请重新加载页面，仍如此时转人工核实',
      en: 'Do not turn the person away; load the page again, and if that does not help, have staff look into it',
    },
  },
  access_missing: {
    zh: '本页面尚未登录场所',
    en: 'This page is not signed in for a venue',
    next: {
      zh: '不得据此拒绝；请登录场所后再查验',
      en: 'Do not turn the person away; sign in for the venue, then check the code',
    },
  },
  bundle_missing: {
    zh: '没有信任包，无法离线核验通行凭证',
    en: 'There is no trust bundle here, so no pass can be verified without a network',
    next: {
      zh: '不得据此拒绝；请联网后重试，或转人工核实',
      en: 'Do not turn the person away; try again with a network, or have staff look into it',
    },
  },
  bundle_lapsed: {
    zh: '信任包已到期，无法离线核验通行凭证',
    en: 'The trust bundle has lapsed, so no pass can be verified without a network',
    next: {
      zh: '不得据此拒绝；请联网后重试，或转人工核实',
      en: 'Do not turn the person away; try again with a network, or have staff look into it',
    },
  },
  clock_behind: {
    zh: '本机时钟慢于此前已签名的时间，无法判断凭证是否过期',
    en: 'This clock is behind a time that was signed before, so nobody can tell whether a pass has ended',
    next: {
      zh: '不得据此拒绝；请校准本机时钟，或转人工核实',
      en: 'Do not turn the person away; set this clock right, or have staff look into it',
    },
  },
  pass_elsewhere: {
    zh: '此通行凭证用于其他目的地',
    en: 'This pass is for another destination',
    next: {
      zh: '不得凭此凭证放行，也不得据此拒绝；请扫描持证人的健康码，或转人工核实',
      en: "Neither let in nor turn away by this pass; scan the holder's code instead, or have staff look into it",
    },
  },
  no_code_in_picture: {
    zh: '图片中没有二维码',
    en: 'There is no code in this picture',
    next: {
      zh: '请重新扫描，或改用更清晰、更近的图片',
      en: 'Scan again, or use a picture that is sharper and closer',
    },
  },
  picture_unreadable: {
    zh: '该文件不是可识读的图片',
    en: 'This file is no picture that can be read',
    next: { zh: '请重新扫描，或改用 PNG 或 JPEG 图片', en: 'Scan again, or use a PNG or JPEG picture' },
  },
} as const satisfies Record<string, Explained>;
export type ScanProblemCode = keyof typeof SCAN_PROBLEM_TEXTS;

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

/** What to do about a certificate that its holder carries, by what it came to. */
export const SCAN_CERTIFICATE_TEXTS = {
  valid: {
    zh: '请核对身份证件后放行',
    en: 'Look at an identity document, then let the person through',
  },
  not_bearer: {
    zh: '写有姓名，并不证明持有人是本人',
    en: 'It names somebody and does not show who holds it',
  },
  // Decided without a network alone: a health code can be checked no more than the certificate.
  refused: {
    zh: '不得采信此证书，也不得据此拒绝；可查验通行凭证，或转人工核实；联网后可扫描健康码',
    en: 'Neither rely on it nor turn the person away; a pass can be checked, or have staff look into it; with a network, scan the code',
  },
  unsettled: {
    zh: '不得据此拒绝；请转人工核实，或联网后重新扫描',
    en: 'Do not turn the person away; have staff look into it, or scan again with a network',
  },
  checked_here: { zh: '本页面断网核验', en: 'checked in this page, without a network' },
} as const satisfies Record<'valid' | 'not_bearer' | 'refused' | 'unsettled' | 'checked_here', LocalisedText>;

/** Whether a certificate that is decided without a network was looked up among those that were revoked, by its family. */
export const REVOCATION_TEXTS = {
  hcert: {
    zh: '未查：信任包不含此类证书的撤销名单',
    en: 'not looked up: the trust bundle lists no revoked certificates of this kind',
  },
  shc: {
    zh: '已对照签发者在信任包中的撤销名单（如有）；此后的撤销在断网时无从得知',
    en: "looked up in the issuer's list where the trust bundle has one; revocations since are not known without a network",
  },
} as const satisfies Record<CredentialFamily, LocalisedText>;

/** Why there is no picture from the camera. */
export const CAMERA_FAULT_TEXTS = {
  camera_refused: {
    zh: '浏览器未获准使用摄像头',
    en: 'The browser may not use the camera',
    next: {
      zh: '请在浏览器设置中允许摄像头，或改用图片、粘贴',
      en: "Allow the camera in the browser's settings for this site, or use a picture or paste",
    },
  },
  camera_missing: {
    zh: '没有找到摄像头',
    en: 'There is no camera',
    next: { zh: '可改用图片或粘贴', en: 'Use a picture or paste' },
  },
  camera_insecure: {
    zh: '浏览器只在 https 下提供摄像头',
    en: 'Browsers give a camera to https pages alone',
    next: { zh: '请以 https 打开本页面，或改用图片、粘贴', en: 'Open this page with https, or use a picture or paste' },
  },
  camera_failed: {
    zh: '摄像头无法启动，可能正被其他程序使用',
    en: 'The camera does not start; another program may be using it',
    next: {
      zh: '请关闭其他程序后重试，或改用图片、粘贴',
      en: 'Close the other program and try again, or use a picture or paste',
    },
  },
} as const satisfies Record<string, Explained>;
export type CameraFaultCode = keyof typeof CAMERA_FAULT_TEXTS;

/** Names and sentences of the scanner's page. */
export const SCAN_TEXTS = {
  answer: { zh: '查验结果', en: 'Answer' },
  ready: { zh: '请出示健康码', en: 'Show the code' },
  ready_hint: {
    zh: '可将二维码对准画面，也可使用扫码枪、图片或粘贴',
    en: 'Hold the code before the camera, use a scanner or a picture, or paste',
  },
  opening: { zh: '正在打开…', en: 'Opening …' },
  asking: { zh: '正在查验…', en: 'Checking …' },
  camera: { zh: '摄像头画面', en: 'What the camera sees' },
  camera_start: { zh: '打开摄像头', en: 'Start the camera' },
  camera_stop: { zh: '关闭摄像头', en: 'Stop the camera' },
  torch_on: { zh: '打开补光灯', en: 'Light on' },
  torch_off: { zh: '关闭补光灯', en: 'Light off' },
  sound_on: { zh: '打开提示音', en: 'Sound on' },
  sound_off: { zh: '静音', en: 'Sound off' },
  picture: { zh: '选择图片', en: 'Choose a picture' },
  typed: { zh: '粘贴或输入二维码内容', en: 'Paste or type what the code says' },
  check: { zh: '查验', en: 'Check' },
  next: { zh: '下一位', en: 'Next person' },
  scan_again: { zh: '重新扫描', en: 'Scan again' },
  request_id: { zh: 'request_id', en: 'request_id' },
  several: { zh: '画面中有多个码：请只出示一个，或选择', en: 'Several codes in view: show one alone, or choose' },
  several_at: { zh: '查验编号', en: 'Check code' },
  several_picture: { zh: '画面中的各个码，已编号', en: 'The codes in view, numbered' },
  why: { zh: '原因', en: 'Why' },
  for_operator: { zh: '供运维', en: 'Operator' },
  do_next: { zh: '下一步', en: 'Next' },
  fresh: { zh: '时效', en: 'As of' },
  appeal: { zh: '申诉', en: 'Appeal' },
  no_phone: { zh: '无手机', en: 'No phone' },
  evidence: { zh: '证据', en: 'Evidence' },
  until: { zh: '有效至', en: 'Valid until' },
  not_withdrawn: { zh: '未被撤销', en: 'Not withdrawn' },
  withdrawn_since: { zh: '此后的撤销在断网时无从得知', en: 'withdrawals since are not known without a network' },
  untold_next: {
    zh: '联网后重新扫描此凭证或持证人的健康码',
    en: "With a network, scan this pass again or the holder's code",
  },
  certificate: { zh: '证书', en: 'Certificate' },
  listed: { zh: '信任名单', en: 'Trust list' },
  revocation: { zh: '撤销', en: 'Revocation' },
  issued_by: { zh: '签发者', en: 'Issuer' },
  pass_held: { zh: '通行凭证', en: 'Pass' },
  verified_here: { zh: '已在本页面验证至国家信任锚', en: 'verified in this page, up to the national anchor' },
  unverified: { zh: '未通过验证', en: 'NOT VERIFIED' },
  unverified_next: {
    zh: '不得据此拒绝；答复内容不予显示，请转人工核实',
    en: 'Do not turn the person away; what the answer says is not shown: have staff look into it',
  },
  pass_not_valid: { zh: '凭证无效', en: 'NOT VALID' },
  certificate_not_valid: { zh: '证书无效', en: 'NOT VALID' },
  no_answer: { zh: '没有结果', en: 'NO ANSWER' },
  no_check: { zh: '无需查验', en: 'NO CHECK' },
  venue: { zh: '场所', en: 'Venue' },
  venue_id: { zh: '场所标识', en: 'Venue ID' },
  purpose: { zh: '目的', en: 'Purpose' },
  venue_unknown: { zh: '没有此场所，请另选一个。', en: 'There is no venue of that name: choose another.' },
  choose_venue: { zh: '选择示例场所', en: 'Choose an invented venue' },
  sandbox: {
    zh: '沙箱：所有省份均为模拟，请勿据此对真实的人作任何决定。',
    en: 'Sandbox: every province is simulated. Decide nothing about a real person by it.',
  },
  sandbox_answer: { zh: '沙箱模拟，不涉及真实的人', en: 'Sandbox: simulated, about nobody real' },
  sign_in: { zh: '查验前须登录场所', en: 'Sign in for a venue to check codes' },
  sign_in_hint: {
    zh: '请使用场所授权服务器签发的访问令牌。令牌只留在本页面的内存中，重新加载即丢弃。',
    en: "Use an access token of the venue's authorization server. It stays in this page's memory and is gone when it is loaded again.",
  },
  sign_in_here: { zh: '以场所工作人员身份登录', en: 'Sign in as staff of the venue' },
  sign_in_apart: {
    zh: '登录页在新标签页中打开，这里的各行不会丢失；登录后回到本页，即继续查验。',
    en: 'It opens a tab of its own, so that no line here is lost. Come back once you are signed in: the rest is then checked.',
  },
  sign_in_ended: { zh: '登录已结束', en: 'This sign-in has ended' },
  sign_in_failed: {
    zh: '登录未完成，请重试；仍不成功时，请告知运维人员。',
    en: 'Signing in was not completed: try again, and tell the operator if that does not help.',
  },
  sign_out: { zh: '退出', en: 'Sign out' },
  token: { zh: '访问令牌', en: 'Access token' },
  token_unreadable: {
    zh: '这不是场所的访问令牌：请重新复制，或向运维人员索取。',
    en: 'This is no access token of a venue: copy it anew, or ask the operator for one.',
  },
  token_bound: {
    zh: '此令牌绑定了密钥（DPoP），密钥不在本页面：请向运维人员索取未绑定密钥的令牌。',
    en: 'This token is bound to a key (DPoP) that is not in this page: ask the operator for one that is not bound.',
  },
  token_again: { zh: '使用新的访问令牌', en: 'Use a new access token' },
  use_token: { zh: '使用此令牌', en: 'Use this token' },
  ready_offline: { zh: '请出示通行凭证或境外证书', en: 'Show a pass, or a certificate from abroad' },
  ready_never: { zh: '现在无法核验', en: 'Nothing can be checked' },
  offline: {
    zh: '网络不通：只能核验通行凭证和境外证书。',
    en: 'No network: only passes and certificates from abroad can be checked.',
  },
  offline_bare: {
    zh: '网络不通，也没有可用的信任包。不得据此拒绝；请转人工核实。',
    en: 'No network, and no trust bundle that stands. Turn nobody away for it; have staff look into it.',
  },
  unnamed: {
    zh: '未登录时只能核验通行凭证：健康码和境外证书由网关查验，须先登录。',
    en: 'Without signing in only passes can be checked: the gateway checks codes and certificates from abroad for a venue alone.',
  },
  trust_none: {
    zh: '尚无信任包：断网后无法核验通行凭证',
    en: 'No trust bundle yet: without a network no pass can be checked',
  },
  trust_lapsed: { zh: '信任包已到期', en: 'The trust bundle has lapsed' },
  trust_unrefreshed: { zh: '信任包未能更新', en: 'The trust bundle could not be refreshed' },
  trust_refused: { zh: '网关给出的信任包未被采信', en: "The gateway's trust bundle is not believed" },
  anchor_other: {
    zh: '此网关的国家信任锚，与本机此前采信的不同。',
    en: "This gateway's national anchor is not the one that this device has trusted so far.",
  },
  anchor_heading: { zh: '两个国家信任锚的指纹', en: 'The thumbprints of both national anchors' },
  anchor_known: { zh: '本机此前采信', en: 'Trusted by this device so far' },
  anchor_offered: { zh: '此网关现在给出', en: 'Given by this gateway now' },
  anchor_statements: { zh: '信任链签署密钥', en: 'Signs the chain of trust:' },
  anchor_lists: { zh: '证书名单签署密钥', en: 'Signs lists of certificates:' },
  anchor_compared: {
    zh: '我已通过电话等其他途径，与国家平台逐组核对了新的指纹，完全一致',
    en: 'I have compared the new thumbprints with the national platform by another way, such as the telephone: they are the same',
  },
  anchor_take: { zh: '采信新的信任锚', en: 'Trust the new anchor' },
  tell_operator: {
    zh: '请重试；仍如此时，请告知运维人员。',
    en: 'Try again, and tell the operator if that does not help.',
  },
  clock_off_ahead: { zh: '本机时钟快', en: 'This clock is ahead by' },
  clock_off_behind: { zh: '本机时钟慢', en: 'This clock is behind by' },
  clock_mend: { zh: '请校准。', en: 'Set it right.' },
  clock_compare: { zh: '请核对本机时钟。', en: 'See whether this clock is right.' },
  try_again: { zh: '重试', en: 'Try again' },
  load_again: { zh: '重新加载页面', en: 'Load the page again' },
  counted: { zh: '本班次', en: 'This shift' },
  counted_other: { zh: '其他', en: 'OTHER' },
  count_again: { zh: '归零', en: 'Count from 0' },
  update: {
    zh: '有新版本，将在空闲时自动更新。',
    en: 'A new version is there and loads when nobody is being checked.',
  },
  update_by_hand: {
    zh: '有新版本：重新加载后生效，届时须再次输入令牌。',
    en: 'A new version is there: load the page again, and bring the token again.',
  },
} as const satisfies Record<string, LocalisedText>;
