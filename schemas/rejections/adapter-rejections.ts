import type { RejectionKind } from './rejection-kind.ts';

/** Versions of adapters, on their way from submission into use. */
export const ADAPTER_REJECTIONS = {
  manifest_invalid: {
    problem: 'event_invalid',
    zh: '适配器声明不符合格式',
    en: 'The manifest does not have the documented form',
    next: { zh: '请运行 huren adapter check', en: 'Run huren adapter check' },
  },
  scenarios_missing: {
    problem: 'event_invalid',
    zh: '缺少与摘要一致的场景文件',
    en: 'The scenarios that the digest stands for did not come along',
    next: {
      zh: '请以 JSON {event, scenarios} 提交',
      en: 'Post JSON {event, scenarios}, scenarios being the exact text of fixtures/scenarios.json',
    },
  },
  version_exists: {
    problem: 'log_conflict',
    zh: '该版本已提交',
    en: 'The version has been submitted before',
    next: { zh: '请提高版本号', en: 'Raise the version' },
  },
  version_not_newer: {
    problem: 'event_invalid',
    zh: '版本号未提高',
    en: 'The version is not newer than the last one',
    next: { zh: '请提高版本号', en: 'Raise the version' },
  },
  version_unknown: {
    problem: 'event_invalid',
    zh: '没有此版本',
    en: 'No such version has been submitted',
    next: { zh: '请核对 /v1/registry/adapters', en: 'Look it up in /v1/registry/adapters' },
  },
  digest_mismatch: {
    problem: 'event_invalid',
    zh: '摘要与已提交的内容不一致',
    en: 'The digest is not that of the bytes submitted',
    next: { zh: '请重新审阅已提交的内容', en: 'Review what was submitted, then sign its digest' },
  },
  report_invalid: {
    problem: 'event_invalid',
    zh: '符合性报告不是规定格式，或不是此版本的报告',
    en: 'The conformance report has not the documented form, or is about something else',
    next: { zh: '请重新运行符合性检查', en: 'Have the kit check this very version again' },
  },
  check_missing: {
    problem: 'event_unauthorised',
    zh: '尚未通过符合性检查',
    en: 'The conformance check has not run yet',
    next: { zh: '请等待检查完成', en: 'Wait for the check' },
  },
  check_failed: {
    problem: 'event_unauthorised',
    zh: '符合性检查未通过，不得推进',
    en: 'The conformance check failed, so the version cannot be moved',
    next: { zh: '请查看报告并提交修正版本', en: 'Read its report, mend it and submit a new version' },
  },
  self_approval: {
    problem: 'event_unauthorised',
    zh: '提交者不能自行批准',
    en: 'Who submitted a version cannot approve it',
    next: { zh: '请由两名国家运营者批准', en: 'Have two national operators approve it' },
  },
  approval_repeated: {
    problem: 'log_conflict',
    zh: '该运营者已批准此版本',
    en: 'This operator has approved this version already',
    next: { zh: '请由另一名运营者批准', en: 'Have another operator approve it' },
  },
  approvals_missing: {
    problem: 'event_unauthorised',
    zh: '尚无两名不同运营者的有效批准',
    en: 'Two different operators, still enrolled, have not approved these bytes',
    next: { zh: '请另一名运营者批准', en: 'Have another operator approve it' },
  },
  version_rejected: {
    problem: 'log_conflict',
    zh: '该版本已被拒绝',
    en: 'This version was rejected',
    next: { zh: '请由该省提交新版本', en: 'Have the province submit a new version' },
  },
  version_in_use: {
    problem: 'log_conflict',
    zh: '该版本正在使用或试用',
    en: 'This version is in use or on trial',
    next: { zh: '请先暂停适配器或回退版本', en: 'Suspend the adapter or roll it back first' },
  },
  no_active_version: {
    problem: 'event_invalid',
    zh: '该省没有正在使用的版本',
    en: 'The province has no version in full use',
    next: { zh: '请先全量启用一个版本', en: 'Activate a version in full first' },
  },
  trial_not_comparable: {
    problem: 'event_invalid',
    zh: '试用版本识别的码与现用版本不同，无法对照',
    en: 'A version on trial must recognise the same codes as the active one',
    next: { zh: '请全量启用，必要时回退', en: 'Activate it in full; roll back if need be' },
  },
  already_active: {
    problem: 'log_conflict',
    zh: '该版本已在全量使用',
    en: 'This version is in full use already',
    next: { zh: '无需操作', en: 'Nothing is left to do' },
  },
  recogniser_overlap: {
    problem: 'event_invalid',
    zh: '识别规则与其他省份冲突',
    en: "It could claim another system's codes",
    next: { zh: '请使用更明确的标记并提交新版本', en: 'Use a clearer mark and submit a new version' },
  },
  node_not_admitted: {
    problem: 'event_invalid',
    zh: 'node 不是该省已认可的签发节点',
    en: 'The node that the manifest names is no issuer that the province has admitted',
    next: { zh: '请先由该省认可此签发节点', en: 'Have the province admit that issuer first' },
  },
  adapter_unknown: {
    problem: 'event_invalid',
    zh: '该省没有适配器',
    en: 'The province has no adapter',
    next: { zh: '请核对 /v1/registry/adapters', en: 'Look it up in /v1/registry/adapters' },
  },
  adapter_is_suspended: {
    problem: 'log_conflict',
    zh: '适配器已暂停',
    en: 'The adapter is suspended',
    next: {
      zh: '请先恢复；不能再恢复的，可全量启用新版本，暂停仍保留',
      en: 'Resume it first; where it cannot be resumed any more, activate another version in full, and it stays suspended',
    },
  },
  adapter_not_suspended: {
    problem: 'log_conflict',
    zh: '适配器未被暂停',
    en: 'The adapter is not suspended',
    next: { zh: '无需操作', en: 'Nothing is left to do' },
  },
  suspension_not_yours: {
    problem: 'event_unauthorised',
    zh: '国家层面的暂停不能由省份自行解除',
    en: 'A suspension by the national side is not lifted by the province',
    next: { zh: '请由国家运营者恢复', en: 'Have a national operator resume it' },
  },
  rollback_target: {
    problem: 'event_invalid',
    zh: '只能回退到曾全量使用的其他版本',
    en: 'Only a version that was in full use before can be rolled back to',
    next: { zh: '请核对 /v1/registry/adapters', en: 'Look it up in /v1/registry/adapters' },
  },
} as const satisfies Record<string, RejectionKind>;
