import type { LocalisedText } from '../code-lists/index.ts';

export const HOME_TEXTS = {
  title: { zh: '凭证据互认，而不只看颜色', en: 'Evidence, not a colour' },
  intro: {
    zh: '本网关用于健康码跨省互认。场所扫描外省来人的健康码后，网关向签发省份核实，并返回一份带签名的证明；任何人都可逐级验证，直至国家信任锚。个人信息一律不写入磁盘，场所也不会获知任何医疗原因。',
    en: "This is a gateway for the mutual recognition of health codes between provinces. A venue scans a traveller's code; the gateway asks the province that issued it and answers with a signed attestation that anybody can verify, up to the national trust anchor. Nothing about a person is written to disk, and the venue never learns a medical reason.",
  },
  sandbox: {
    zh: '沙箱模式下，所有省份均为模拟。',
    en: 'In sandbox mode every province is simulated.',
  },
  sandbox_means: {
    zh: '未接入任何真实的省级系统，健康码、场所和记录均为虚构，不得据此对任何人作出决定。',
    en: 'No real provincial service is contacted, and every code, venue and record is made up. Decide nothing about a real person by it.',
  },
  pages: { zh: '功能页面', en: 'Pages' },
  machines: { zh: '程序接口', en: 'For programs' },
} as const satisfies Record<string, LocalisedText>;

/** What programs read, by its path. */
export const MACHINE_TEXTS = {
  '/openapi.json': { zh: '接口说明（OpenAPI 3.1）', en: 'The description of the API (OpenAPI 3.1)' },
  '/v1/coverage': { zh: '互认总览的原始数据', en: 'Coverage as numbers' },
  '/readyz': {
    zh: '本网关当前能否受理查验；不能受理时说明原因',
    en: 'Whether this gateway takes checks at the moment, and if not, why',
  },
  '/.well-known/jwks.json': { zh: '用于验证证明签名的公钥', en: 'The public keys that attestations are verified with' },
} as const satisfies Record<string, LocalisedText>;
