import type { LocalisedText } from '../../schemas/code-lists/index.ts';

/** What comes of a failure of a command. */
export interface FailureKind {
  /** 2: the command was used wrongly and would fail again unchanged. 1: everything else. */
  readonly exit: 1 | 2;
  readonly next: LocalisedText;
}

/** It would fail again unchanged. */
function wrongUse(zh: string, en: string): FailureKind {
  return { exit: 2, next: { zh, en } };
}

/** Whatever else went wrong. */
function failed(zh: string, en: string): FailureKind {
  return { exit: 1, next: { zh, en } };
}

/** Every way in which a command fails by itself: its exit code, and what to do next. */
export const FAILURES = {
  usage_invalid: wrongUse('加 --help 查看用法', 'see the usage with --help'),
  config_invalid: wrongUse(
    '改正该设置后重试；huren config check 逐项检查',
    'correct that setting and try again; huren config check tries all of them',
  ),
  start_failed: failed('按上文所述原因处理后重新启动', 'mend what it names, then start again'),
  anchor_unpinned: wrongUse(
    '用 --anchor 或 HUREN_ANCHOR_FILE 指定国家信任锚文件',
    'name the national anchor file with --anchor or HUREN_ANCHOR_FILE',
  ),
  gateway_unreachable: failed(
    '用 npm start 启动网关，或将 HUREN_URL 设为其地址',
    'start a gateway with npm start, or set HUREN_URL to where it runs',
  ),
  certificate_untrusted: failed(
    '核对地址；若其证书由自有机构签发，将 HUREN_CA_FILE 设为该机构的证书',
    'check the address; where an authority of your own signs its certificate, name that in HUREN_CA_FILE',
  ),
  reply_unreadable: failed('请确认 HUREN_URL 指向互认网关', 'check that HUREN_URL is the address of a Huren gateway'),
  sandbox_only: wrongUse('用 serve --sandbox 启动沙箱网关', 'start a sandbox gateway with serve --sandbox'),
  credentials_missing: wrongUse(
    '设置 HUREN_CLIENT_ID、HUREN_CLIENT_SECRET 和 HUREN_TOKEN_ENDPOINT',
    'set HUREN_CLIENT_ID, HUREN_CLIENT_SECRET and HUREN_TOKEN_ENDPOINT',
  ),
  pass_not_issued: failed(
    '按答复处理；仅放行的绿码可签发凭证',
    'do what the answer says; only a green that passes gets a pass',
  ),
  token_refused: failed('核对凭据后重试', 'check the credentials, then try again'),
  venue_unknown: wrongUse('请从所列场所中选择', 'choose one of the venues listed'),
  request_refused: failed(
    '请主体用 authority request 重新出具申请，或由其所列上级办理',
    'have the entity write its request anew with authority request, or turn to the superior that it names',
  ),
  not_confirmed: wrongUse(
    '核对指纹后在终端确认，或加 --yes',
    'compare the thumbprints and confirm at a terminal, or add --yes',
  ),
  file_unreadable: wrongUse('核对文件路径和内容', 'check the path and what the file holds'),
  list_refused: failed('向名单的公布者核对；不要使用该名单', 'ask whoever publishes it; do not use this list'),
  key_file_damaged: failed('请从备份恢复该文件', 'restore that file from a backup'),
  key_file_exposed: failed(
    '将该文件权限改为 600，并更换其中的密钥（keys revoke）',
    'make it readable by its owner alone (chmod 600), and replace the keys in it (keys revoke)',
  ),
  key_file_busy: failed('稍后重试', 'try again in a moment'),
  too_many_keys: failed('等旧密钥过期后再试，或吊销其中一把', 'wait until older keys are over, or revoke one'),
  token_unavailable: failed(
    '核对 HUREN_KEYS 中的模块、令牌标签和 PIN 文件',
    'check the module, the token label and the pin-file in HUREN_KEYS',
  ),
  key_use_unsupported: failed(
    '换用支持该算法的令牌，或把该节点的密钥放在文件中',
    'use a token that has this algorithm, or keep this node’s keys in files',
  ),
  superior_pending: failed(
    '确认节点正在运行、且上级（或注册表）已收录新密钥；密钥随后会自动启用，用 huren keys list 查看',
    'check that the node runs and that its superior, or the registry, has taken the new key; it is then used by itself: see huren keys list',
  ),
  policy_invalid: failed('按所指位置改正该决策表', 'correct the table at the place named'),
  policy_refused: failed(
    '改正所列各行；更严的规定须注明依据、报告日期和截止日期',
    'correct the rows listed; a stricter one needs a basis, a report date and an end date',
  ),
  signer_missing: wrongUse('用 --key 指定签名者的密钥文件', "name the signer's key file with --key FILE"),
  not_enrolled: failed(
    '请先由国家锚点登记：huren registry enrol 登记文件 --key 锚点密钥文件',
    'have the national anchor enrol it first: huren registry enrol ENROLMENT --key ANCHOR-KEY',
  ),
  bytes_differ: failed('请重新审阅网关所存的内容，不要签名', 'do not sign; review what the gateway really holds'),
  receipt_forged: failed(
    '请勿信任该网关的答复；用 huren log verify 核对日志',
    'do not rely on that gateway; check its log with huren log verify',
  ),
  registry_unpinned: wrongUse(
    '用 --anchor 指定带有 registry 的信任锚文件',
    'name an anchor file that has a registry member with --anchor',
  ),
  log_unreadable: wrongUse('核对 --store 与文件权限', 'check --store, and who may read it'),
  log_invalid: failed(
    '停止使用此日志，从备份或其他实例恢复',
    'stop using this log; restore it from a backup or another instance',
  ),
  log_forked: failed(
    '把该文件交给国家锚点；不要删除，也不要采信其中任何一份历史',
    'hand the file to the national anchor; do not delete it, and believe neither history until it has spoken',
  ),
  loss_not_accepted: failed(
    '先从备份恢复完整日志；确实无法恢复时，加 --accept-loss',
    'restore the whole log from a backup; where there is none, say --accept-loss',
  ),
  checkpoint_refused: failed(
    '保留已存的检查点作为证据，并告知国家锚点',
    'keep the saved checkpoint as evidence, and tell the national anchor',
  ),
  mandate_invalid: wrongUse('按所指位置改正该授权', 'correct the mandate at the place named'),
  enrolment_invalid: wrongUse('按所指位置改正登记文件', 'correct the enrolment file at the place named'),
  passphrase_wrong: failed(
    '把 HUREN_BACKUP_PASSPHRASE 设为做备份时所用的口令',
    'set HUREN_BACKUP_PASSPHRASE to what it was when the backup was made',
  ),
  archive_damaged: failed('换用另一份备份；此文件不可用', 'take another backup: nothing of this one can be used'),
  archive_newer: failed('用做备份的版本或更新的版本恢复', 'restore it with the version that made it, or a later one'),
  nothing_kept: wrongUse(
    '核对 HUREN_DATA_DIR、HUREN_DATABASE_URL、HUREN_KEYS 与 --only：应与节点所用的一致',
    'check HUREN_DATA_DIR, HUREN_DATABASE_URL, HUREN_KEYS and --only: they have to be what the node runs with',
  ),
  file_present: wrongUse('换一个文件名', 'choose another name for the file'),
  data_present: failed(
    '停止节点并移走已有的数据；或用 --only 只恢复缺少的部分',
    'stop the node and move away what is there, or restore only what is missing with --only',
  ),
  log_older: failed(
    '换用更新的备份；确实没有时，告知国家锚点并加 --accept-loss',
    'take a newer backup; where there is none, tell the national anchor and say --accept-loss',
  ),
  log_unconfirmed: failed(
    '确认跟随此日志的节点可达，或用 --checkpoint 给出见证者的检查点；确知无更新的日志时加 --unconfirmed',
    'see that nodes which follow this log can be reached, or name a witness’s checkpoint with --checkpoint; say --unconfirmed where you know that nothing was signed since',
  ),
  store_unusable: failed('按上文所述原因处理后重试', 'mend what it names, then try again'),
  internal: failed('请附上所用命令报告此问题', 'report this together with the command that led to it'),
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURES;
