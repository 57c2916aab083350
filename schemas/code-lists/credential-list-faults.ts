/** Why a trust list, or a document of rules, is not taken. The one that is known stays in force until its time is over. */
export const CREDENTIAL_LIST_FAULTS = {
  list_malformed: { zh: '名单格式错误', en: 'it is no document of its kind, or has members that nothing signs' },
  list_signer_unknown: { zh: '签名者不是指定者', en: 'it is signed by somebody else than the pinned signer' },
  list_signature_invalid: { zh: '签名未通过验证', en: 'its signature does not verify' },
  list_quirk_elsewhere: {
    zh: '仅对指定发布者容忍的偏差出现在别处',
    en: 'it deviates from its standard in a way that is borne with from one publisher alone',
  },
  list_dated_ahead: { zh: '签发时间在未来', en: 'it is dated after now' },
  list_stale: { zh: '已过下次更新时间', en: 'the next one should have been there already' },
  list_sequence_regressed: { zh: '序号倒退', en: 'its sequence number is not greater than that of the known one' },
  list_update_regressed: {
    zh: '更新时间倒退',
    en: 'it is older than the known one, or promises its next update earlier',
  },
  rules_lead_time: {
    zh: '规则变更距公布不足 48 小时',
    en: 'a rule in it changes what is accepted sooner than 48 hours after its publication',
  },
} as const satisfies Readonly<Record<string, { readonly zh: string; readonly en: string }>>;

export type CredentialListFault = keyof typeof CREDENTIAL_LIST_FAULTS;
