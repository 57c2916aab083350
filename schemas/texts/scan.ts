import type { LocalisedText } from '../code-lists/index.ts';
import type { CredentialFamily } from '../credential-family.ts';
import type { Explained } from './scan-problems.ts';

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
