import { ATTESTATION_RULES, type AttestationRule } from '../code-lists/attestation-rules.ts';
import type { LocalisedText } from '../code-lists/index.ts';
import { ageText } from './answer.ts';

/** Why something signed was not believed, by closed code: for the person at the door as for the command line. */
export const TRUST_ERROR_TEXTS = {
  token_too_large: { zh: '内容过大', en: 'it is too large' },
  token_malformed: { zh: '不是约定格式的令牌', en: 'it is no token of the documented form' },
  base64_not_canonical: { zh: 'base64url 编码不规范', en: 'its base64url is not canonical' },
  duplicate_member: { zh: '含重复成员', en: 'it has a member twice' },
  alg_not_allowed: { zh: '不接受其签名算法', en: 'its signature algorithm is not accepted' },
  typ_wrong: { zh: '令牌类型不符', en: 'it is a token of another type' },
  crit_unknown: { zh: '要求未知的扩展', en: 'it asks for an extension that is not known' },
  key_in_header: { zh: '自带密钥，不可信', en: 'it brings its own key, which proves nothing' },
  kid_missing: { zh: '未指明密钥', en: 'it names no key' },
  key_unknown: { zh: '签名密钥不属于其签发者', en: 'it was signed with a key that its issuer does not have' },
  signature_invalid: {
    zh: '签名不符：内容已被改动或并非其所签',
    en: 'the signature does not fit: altered, or signed by somebody else',
  },
  claims_invalid: { zh: '声明不符合约定格式', en: 'its claims have not the documented form' },
  expired: { zh: '已过期', en: 'it has expired' },
  not_yet_valid: { zh: '尚未生效', en: 'it is not valid yet' },
  audience_mismatch: {
    zh: '是出具给他人或答复另一次询问的',
    en: 'it was made for somebody else, or answers another question',
  },
  issuer_mismatch: { zh: '签发者不符', en: 'it is by another issuer' },
  subject_mismatch: { zh: '主体不符', en: 'it is about another entity' },
  destination_mismatch: {
    zh: '网关只能为本省出具，目的地不是其所属省份',
    en: 'its gateway belongs to another province than the destination that it names',
  },
  lives_too_long: { zh: '有效期过长', en: 'it lives longer than it may' },
  scope_missing: { zh: '不含所需的权限范围', en: 'it has not the scope that is needed' },
  venue_kind_refused: { zh: '其省份不允许它担保此类场所', en: 'its province lets it vouch for no venue of this kind' },
  region_refused: { zh: '其省份不允许它担保此处的场所', en: 'its province lets it vouch for no venue in this region' },
  proof_key_invalid: { zh: '持有证明未附可用的公钥', en: 'the proof of possession holds no usable public key' },
  proof_key_mismatch: {
    zh: '持有证明与令牌绑定的密钥不同',
    en: 'the proof of possession is by another key than the token is bound to',
  },
  proof_method_mismatch: { zh: '持有证明用于另一方法', en: 'the proof of possession is for another method' },
  proof_url_mismatch: { zh: '持有证明用于另一地址', en: 'the proof of possession is for another address' },
  proof_token_mismatch: { zh: '持有证明用于另一令牌', en: 'the proof of possession is for another access token' },
  rule_broken: { zh: '其内容违反证明规则，网关不得如此出具', en: 'it says what no gateway may say' },
  evidence_disclosed: { zh: '声明披露了场所不应知晓的内容', en: 'the statement discloses what a venue may not know' },
  digest_repeated: { zh: '同一摘要列出两次', en: 'a digest is listed twice' },
  disclosure_invalid: { zh: '披露内容格式不符', en: 'a disclosure has not the form of RFC 9901' },
  key_binding_refused: { zh: '声明之后附有他物', en: 'something follows the statement' },
  evidence_mismatch: { zh: '证据与证明不符', en: 'the evidence is not what the attestation binds' },
  disclosure_unbound: { zh: '披露内容未被签名', en: 'a disclosure is not among the signed digests' },
  chain_broken: { zh: '信任链断裂', en: 'the trust chain is broken' },
  chain_loop: { zh: '信任链成环', en: 'the trust chain loops' },
  chain_too_long: { zh: '信任链过长', en: 'the trust chain is too long' },
  chain_fan_out: { zh: '信任链分支过多', en: 'the trust chain branches too much' },
  constraint_violated: { zh: '违反上级约束', en: "it breaks a superior's constraint" },
  invalid_policy: { zh: '元数据策略无效', en: 'a metadata policy is not valid' },
  invalid_metadata: { zh: '元数据无效', en: 'its metadata are not valid' },
  not_admitted: { zh: '注册表不为该主体担保', en: 'the registry does not vouch for its issuer' },
  anchor_unknown: {
    zh: '没有固定的信任锚，或信任链不到达该锚',
    en: 'no anchor is pinned here, or the chain does not end at it',
  },
  key_revoked: { zh: '密钥已吊销', en: 'the key was revoked' },
  key_outside_window: { zh: '签名不在密钥有效期内', en: 'it was signed outside the time of its key' },
  trust_mark_invalid: { zh: '信任标识无效', en: 'a trust mark is not valid' },
  status_list_missing: {
    zh: '没有状态列表，无法得知是否已被撤销',
    en: 'no status list could be had, so nobody can tell whether it was withdrawn',
  },
  status_list_invalid: { zh: '状态列表无效', en: 'the status list is not valid' },
  status_list_stale: {
    zh: '状态列表已过时，无法得知是否已被撤销',
    en: 'the status list is too old, so nobody can tell whether it was withdrawn',
  },
  status_revoked: { zh: '已撤销', en: 'it was withdrawn' },
  fetch_failed: { zh: '无法取得信任链', en: 'its trust chain could not be had' },
  reply_mismatch: { zh: '答复与其证明内容不一致', en: 'the reply says something else than its attestation' },
} as const satisfies Record<string, LocalisedText>;

/** A failed check, as far as its words depend on it. */
export interface FailedCheck {
  readonly code: keyof typeof TRUST_ERROR_TEXTS;
  readonly rule?: AttestationRule;
  readonly clock_off_s?: number;
}

/**
 * What a closed code means, for a person; with the rule that is broken, or how much lies between a token's time and this
 * clock.
 */
export function checkText({ code, rule, clock_off_s }: FailedCheck): LocalisedText {
  const { zh, en } = TRUST_ERROR_TEXTS[code];
  if (rule !== undefined) {
    const broken = ATTESTATION_RULES[rule];
    return { zh: `${zh}：${rule}（应为：${broken.zh}）`, en: `${en}: ${rule} (what holds: ${broken.en})` };
  }
  if (clock_off_s === undefined) return TRUST_ERROR_TEXTS[code];
  const off = ageText(Math.abs(clock_off_s));
  return clock_off_s > 0
    ? { zh: `${zh}：比本机时钟超前 ${off.zh}`, en: `${en}: it is ${off.en} in the future of this clock` }
    : { zh: `${zh}：按本机时钟为 ${off.zh}前`, en: `${en}: ${off.en} ago by this clock` };
}
