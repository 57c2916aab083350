/**
 * What checking a holder-carried certificate may come to. `valid` is said by one code alone; `invalid` means that the
 * bytes themselves break a rule; `indeterminate` means that nobody here can tell. No text tells a medical fact.
 */
export const CREDENTIAL_CODES = {
  ok: { outcome: 'valid', zh: '证书有效', en: 'the certificate is genuine and in date' },

  not_recognised: {
    outcome: 'invalid',
    zh: '不是可识别的证书',
    en: 'this is no certificate of a family that is known here',
  },
  too_long: { outcome: 'invalid', zh: '证书过长', en: 'it is longer than any certificate of its family' },
  base45_malformed: { outcome: 'invalid', zh: '不是规范的 base45', en: 'it is not base45 as RFC 9285 has it' },
  numeric_malformed: {
    outcome: 'invalid',
    zh: '数字串不成对',
    en: 'its digits are no pairs that stand for characters of a JWS',
  },
  compression_malformed: {
    outcome: 'invalid',
    zh: '压缩数据损坏或未压缩',
    en: 'its content is not compressed, or damaged',
  },
  inflated_too_large: {
    outcome: 'invalid',
    zh: '解压后过大',
    en: 'it inflates to more than a certificate holds',
  },
  cbor_malformed: { outcome: 'invalid', zh: 'CBOR 格式错误', en: 'it is not CBOR that says one thing' },
  cbor_repeated_key: { outcome: 'invalid', zh: 'CBOR 键重复', en: 'a map names a key twice' },
  cbor_too_deep: {
    outcome: 'invalid',
    zh: 'CBOR 嵌套过深或项目过多',
    en: 'it is nested too deep, or has too many items',
  },
  cose_malformed: { outcome: 'invalid', zh: '不是 COSE_Sign1', en: 'it is not one COSE_Sign1 message' },
  jws_malformed: { outcome: 'invalid', zh: '不是紧凑 JWS', en: 'it is not one compact JWS' },
  json_malformed: {
    outcome: 'invalid',
    zh: 'JSON 格式错误或成员重复',
    en: 'a part is not JSON that says one thing',
  },
  header_malformed: { outcome: 'invalid', zh: '头部不符合规范', en: 'its header breaks the rules of its family' },
  algorithm_refused: { outcome: 'invalid', zh: '签名算法不被接受', en: 'its family does not sign with this algorithm' },
  key_id_missing: { outcome: 'invalid', zh: '未指明密钥', en: 'it does not name the key that signed it' },
  signature_invalid: { outcome: 'invalid', zh: '签名未通过验证', en: 'no key of that name made this signature' },
  payload_not_minified: {
    outcome: 'invalid',
    zh: '内容含多余空白',
    en: 'its content has white space that its family takes out',
  },
  claims_malformed: { outcome: 'invalid', zh: '声明不符合规范', en: 'its claims break the rules of its family' },
  content_malformed: {
    outcome: 'invalid',
    zh: '内容不符合所属类型的规范',
    en: 'what it certifies does not have the form of its kind',
  },
  issuer_malformed: {
    outcome: 'invalid',
    zh: '签发者地址不符合规范',
    en: 'its issuer is no https address without a slash at the end',
  },
  not_yet_valid: { outcome: 'invalid', zh: '尚未生效', en: 'it is dated after now' },
  expired: { outcome: 'invalid', zh: '已过期', en: 'its time is over' },
  key_usage_wrong: {
    outcome: 'invalid',
    zh: '密钥无权签发此类证书',
    en: 'the key may not sign certificates of this kind',
  },
  revoked: { outcome: 'invalid', zh: '已被签发者撤销', en: 'its issuer has revoked it' },
  rule_not_met: { outcome: 'invalid', zh: '不符合目的地规则', en: 'a rule of the destination is not met' },

  link_not_followed: {
    outcome: 'indeterminate',
    zh: '这是指向完整病历的链接，不予打开',
    en: 'this is a link to a whole record, and links are not followed',
  },
  part_of_several: {
    outcome: 'indeterminate',
    zh: '这只是证书的一部分，或含多份证书',
    en: 'this is a part of a certificate, or several of them: one whole certificate is needed',
  },
  content_unsupported: {
    outcome: 'indeterminate',
    zh: '此类证书尚不支持',
    en: 'it is signed, and what it certifies is of no kind that is known here',
  },
  issuer_unknown: { outcome: 'indeterminate', zh: '签发者不在信任名单上', en: 'its issuer is on no trust list here' },
  key_unknown: {
    outcome: 'indeterminate',
    zh: '签发者已知，密钥未知',
    en: 'its issuer is known, the key that it names is not',
  },
  key_unfit: {
    outcome: 'indeterminate',
    zh: '信任名单上的密钥不可用',
    en: 'the key on the trust list breaks the rules of its family',
  },
  trust_list_stale: {
    outcome: 'indeterminate',
    zh: '信任名单已过期',
    en: 'the trust list that names its key should have been replaced',
  },
  revocation_unknown: {
    outcome: 'indeterminate',
    zh: '撤销状态未知',
    en: "its issuer revokes, and the issuer's list is not at hand or cannot be read",
  },
  rules_missing: {
    outcome: 'indeterminate',
    zh: '目的地没有适用规则',
    en: 'no rules of the destination cover it now',
  },
  value_unknown: {
    outcome: 'indeterminate',
    zh: '含有目的地值集中没有的代码',
    en: "a code in it is in none of the destination's value sets",
  },
  rule_undecided: {
    outcome: 'indeterminate',
    zh: '规则无法对此得出结论',
    en: 'a rule of the destination cannot decide it',
  },
} as const satisfies Readonly<
  Record<string, { readonly outcome: CredentialOutcome; readonly zh: string; readonly en: string }>
>;

/** `indeterminate` is neither of the others: the absence of a key, a list or a rule proves nothing. */
export type CredentialOutcome = 'valid' | 'invalid' | 'indeterminate';
export type CredentialCode = keyof typeof CREDENTIAL_CODES;
