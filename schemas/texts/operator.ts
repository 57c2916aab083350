import type { LocalisedText } from '../code-lists/index.ts';

/** What an operator reads on the registry's page: who signs here, with what, and what a step does. */
export const OPERATOR_TEXTS = {
  title: { zh: '运营者', en: 'Operators' },
  log_in: { zh: '运营者登录', en: 'Operator login' },
  log_in_failed: { zh: '登录未成功，请重试。', en: 'The login did not succeed. Try again.' },
  log_in_ended: { zh: '您的登录已结束，请重新登录。', en: 'Your login has ended. Log in again.' },
  log_out: { zh: '退出', en: 'Log out' },
  logged_in_as: { zh: '已登录：', en: 'Logged in as ' },
  key: { zh: '本浏览器的密钥', en: 'The key in this browser' },
  key_missing: { zh: '本浏览器还没有您的密钥。', en: 'There is no key of yours in this browser yet.' },
  key_make: { zh: '在本浏览器生成密钥', en: 'Make a key in this browser' },
  key_unkept: {
    zh: '本浏览器无法保存密钥，不能在此签名。',
    en: 'This browser keeps no keys, so nothing can be signed here.',
  },
  key_ready: {
    zh: '此密钥已登记，可以签名。私钥不可导出，从不离开本浏览器。',
    en: 'This key is enrolled and can sign. The private key cannot be exported and never leaves this browser.',
  },
  key_waits: {
    zh: '本浏览器不认可此日志，不能在此签名。请先处理页首的提示。',
    en: 'Nothing can be signed about a log that this browser does not believe. See the notice at the top of the page.',
  },
  doubted: { zh: '日志存疑，暂不能签名。', en: 'The log is in doubt: nothing can be signed now.' },
  key_not_enrolled: {
    zh: '此密钥尚未登记，不能签名。',
    en: 'This key is not enrolled and cannot sign yet.',
  },
  key_enrol_how: {
    zh: '请用已登记的密钥登记：在已登记的浏览器中粘贴此公钥，或运行此命令。',
    en: 'Enrol it with a key that is enrolled already: paste this public key in the browser that has that key, or run this command.',
  },
  buttons_dead: {
    zh: '此处没有已登记的密钥，以下步骤都不能签名，按钮不可用。',
    en: 'No key in this browser is enrolled: that is why nothing below can be signed, and its buttons are off.',
  },
  key_id: { zh: '密钥标识', en: 'Key ID' },
  public_key: { zh: '公钥', en: 'Public key' },
  command: { zh: '登记命令', en: 'Command that enrols it' },
  copy: { zh: '复制命令', en: 'Copy the command' },
  copy_key: { zh: '复制公钥', en: 'Copy the public key' },
  copied: { zh: '已复制', en: 'Copied' },
  enrol: { zh: '登记我的另一把密钥', en: 'Enrol another key of mine' },
  enrol_jwk: { zh: '另一浏览器显示的公钥（JSON）', en: 'The public key that the other browser shows (JSON)' },
  enrol_means: {
    zh: '此密钥将与本浏览器的密钥同样代表您签名。只登记您自己生成的密钥。',
    en: 'It will sign for you as the key of this browser does. Enrol only a key that you made yourself.',
  },
  enrol_do: { zh: '登记此密钥', en: 'Enrol this key' },
  enrol_unreadable: { zh: '这不是一把公钥（JSON）。', en: 'That is no public key (JSON).' },
  pending: { zh: '等待您处理的版本', en: 'Versions that wait for you' },
  pending_none: { zh: '没有等待您处理的版本。', en: 'No version waits for you.' },
  bytes_good: {
    zh: '摘要与所示内容一致（已在本浏览器重新计算）',
    en: 'The digest is that of the manifest shown (computed again in this browser)',
  },
  bytes_doubted: {
    zh: '摘要与所示内容一致，但取自存疑的日志',
    en: 'The digest is that of the manifest shown, but is from a log in doubt',
  },
  bytes_wrong: {
    zh: '所示内容与登记的摘要不一致，请勿批准。',
    en: 'What is shown is not what the digest stands for. Do not approve it.',
  },
  reviewed: { zh: '我已审阅此版本的声明与报告', en: 'I have reviewed the manifest and the report of this version' },
  approve: { zh: '批准此版本', en: 'Approve this version' },
  stage: { zh: '启用方式', en: 'How it is put to use' },
  stage_full: { zh: '全量：由它答复', en: 'In full: it answers' },
  stage_canary: { zh: '试用：答复一部分码', en: 'On trial: it answers a share of the codes' },
  stage_shadow: { zh: '影子：只比对，不答复', en: 'Shadow: it is asked and compared, and never answers' },
  percent: { zh: '由它答复的码（%）', en: 'Codes that it answers (%)' },
  activate: { zh: '启用此版本', en: 'Put this version to use' },
  reject: { zh: '拒绝此版本', en: 'Reject this version' },
  reject_means: {
    zh: '拒绝后，任何人都不能再批准或启用此版本；须提交新版本。',
    en: 'Nobody can approve or activate it from then on; another version has to be submitted.',
  },
  moves: { zh: '暂停、恢复与回退', en: 'Suspend, resume and roll back' },
  province: { zh: '省份', en: 'Province' },
  reason: { zh: '原因', en: 'Reason' },
  choose: { zh: '请选择', en: 'Choose' },
  suspend_title: { zh: '立即暂停', en: 'Suspend one at once' },
  suspend: { zh: '暂停此适配器', en: 'Suspend this adapter' },
  suspend_means: {
    zh: '暂停立即生效：在恢复之前，该省的码一律不作答复。一名运营者即可暂停或恢复。',
    en: 'Effective at once: until it is resumed, codes of that province get no answer. One operator alone may suspend or resume.',
  },
  resume: { zh: '恢复此适配器', en: 'Resume this adapter' },
  roll_back_title: { zh: '回退版本或结束试用', en: 'Go back to an earlier version, or end a trial' },
  roll_back: { zh: '回退到所选版本', en: 'Roll back to the chosen version' },
  roll_back_to: { zh: '回退到', en: 'Roll back to' },
  roll_back_trial: { zh: '在用，只结束试用', en: 'in use: this only ends the trial' },
  roll_back_means: {
    zh: '立即由所选的全量版本答复，并结束试用。',
    en: 'The chosen version, one of those that were in full use, answers every code at once, and any trial ends.',
  },
  signing: { zh: '正在签名并提交……', en: 'Signing and sending …' },
  enrolled: { zh: '已登记', en: 'Enrolled' },
  approved: { zh: '已批准', en: 'Approved' },
  activated: { zh: '已启用', en: 'Put to use' },
  rejected: { zh: '已拒绝', en: 'Rejected' },
  suspended: { zh: '已暂停', en: 'Suspended' },
  resumed: { zh: '已恢复', en: 'Resumed' },
  rolled_back: { zh: '已回退', en: 'Rolled back' },
  entered: { zh: '已记入日志，收据已核对', en: 'it is in the log, and the receipt was checked' },
  receipt_wrong: {
    zh: '网关已接受，但收据不成立。请勿依赖它，并核对日志。',
    en: 'The gateway took it, but the receipt does not hold. Do not rely on it; look at the log.',
  },
  no_answer: {
    zh: '网关没有答复。请先查看历史，再决定是否重试。',
    en: 'The gateway did not answer. Look at the history before you try again.',
  },
} as const satisfies Record<string, LocalisedText>;

/** Why the gateway took nothing, and what to do. `code`: its problem, or what it says beside that. */
export function refusedText(text: LocalisedText, code: string, next: LocalisedText): LocalisedText {
  return { zh: `被拒绝：${text.zh}（${code}）。${next.zh}。`, en: `Refused: ${text.en} (${code}). ${next.en}.` };
}

/** What has to be typed before something is stopped. */
export function typeNameText(name: string): LocalisedText {
  return { zh: `请输入“${name}”以确认`, en: `Type “${name}” to confirm` };
}
