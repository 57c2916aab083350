/**
 * What no attestation may break, across its members and against its statement: a gateway signs nothing that breaks one
 * of these, and no verifier accepts it. Each text says what holds.
 */
export const ATTESTATION_RULES = {
  pass_without_green: { zh: '只有绿码可以放行', en: 'only a green passes' },
  restriction_without_colour: { zh: '只有黄码或红码可以被限制', en: 'only a yellow or a red restricts' },
  colour_without_restriction: {
    zh: '不导致限制的黄码或红码不出示',
    en: 'a yellow or a red that restricts nobody is not shown',
  },
  restriction_unsubstantiated: {
    zh: '黄码或红码须已签名或已说明依据',
    en: 'a yellow or a red is shown only with a provenance that is signed or stated',
  },
  provenance_beside_green: { zh: '绿码不需要赋码依据', en: 'a green has no provenance' },
  provenance_unexplained: {
    zh: '依据缺失或违规，当且仅当理由如此说明',
    en: 'a provenance that is absent or violated is told by its reason, and the reason by it',
  },
  reason_out_of_place: { zh: '理由须与结论相符', en: 'every reason may stand beside the decision' },
  reason_repeated: { zh: '理由不得重复', en: 'no reason is given twice' },
  ok_beside_doubt: { zh: '“未见异常”只能单独出现', en: 'ok stands alone' },
  ground_of_another_colour: {
    zh: '红码依据只随红码，黄码依据只随黄码',
    en: 'red_ground stands with a red alone, yellow_ground with a yellow alone',
  },
  restriction_without_reason: {
    zh: '限制须注明该颜色的依据',
    en: 'a restriction names the ground of its colour',
  },
  failure_beside_knowledge: {
    zh: '省份未能答复时，其余均不得而知',
    en: 'where the province failed nothing else is known: no time, no provenance, nobody’s signature',
  },
  unreadable_beside_colour: {
    zh: '无法识读或尚无结论的状态没有颜色',
    en: 'a status that nobody could read, or that is pending, has no colour',
  },
  evidence_unbound: {
    zh: '称有签名声明者须绑定其摘要',
    en: 'whoever says that a statement was signed binds its digest',
  },
  evidence_for_transport: { zh: '未签名的答复没有证据', en: 'what nobody signed has no evidence' },
  withheld_beside_colour: {
    zh: '声明不予出示时不得显示颜色',
    en: 'where the statement is withheld no colour is shown',
  },
  colour_not_withheld: {
    zh: '背后有颜色而不出示者，其声明也不出示',
    en: 'where the colour behind it is not shown the statement is withheld',
  },
  time_missing: { zh: '有颜色必有其时间', en: 'a colour has a time' },
  time_impossible: {
    zh: '颜色的时间不早于2020年2月1日，也不晚于出具之时',
    en: 'the time of a colour is after 2020-02-01 and not ahead of the attestation',
  },
  stale_unexplained: {
    zh: '使用先前答复，当且仅当理由如此说明',
    en: 'an earlier reply is told by its reason, and the reason by it',
  },
  stale_from_ahead: { zh: '先前答复的时间已经过去', en: 'an earlier reply is of a time that has passed' },
  life_too_long: { zh: '证明的有效期不超过五分钟', en: 'an attestation lives for 300 seconds at most' },
  adapter_of_another_province: {
    zh: '适配器属于签发省份',
    en: 'the adapter is one of the issuing province',
  },
  way_contradicts_assurance: {
    zh: '由网关签名者经由网关，未签名者直接查询',
    en: 'what a node signed came by a node, and what nobody signed did not',
  },
  statement_count: {
    zh: '证据恰为一份声明；不予出示或未签名时可以没有',
    en: 'the evidence is exactly one statement; none where it is withheld or nobody signed',
  },
  statement_of_another_province: { zh: '声明由签发省份出具', en: 'the statement is by the issuing province' },
  statement_by_another_signer: {
    zh: '声明由证明所称的一方签名',
    en: 'the statement is signed by whom the attestation says: the province itself, or its node',
  },
  statement_says_another_status: {
    zh: '声明与证明状态一致；不予出示的声明另有颜色',
    en: 'the statement says the status that is shown, or has a colour and is withheld',
  },
  statement_of_another_time: { zh: '声明与证明时间一致', en: 'the statement is as of the time that is shown' },
  statement_out_of_date: {
    zh: '出具证明时声明有效',
    en: 'the statement was in date when the attestation was made',
  },
} as const;
export type AttestationRule = keyof typeof ATTESTATION_RULES;
