import type { LocalisedText } from '../code-lists/index.ts';

export const HOME_TEXTS = {
  title: { zh: '给出证据，而不只是一种颜色', en: 'Evidence, not a colour' },
  intro: {
    zh: '这是一个健康码跨省互认网关。场所扫描外省来人的健康码，网关向签发省份查询，并给出一份签名的证明；任何人都可以逐级验证，直至国家信任锚。任何个人信息均不落盘，场所也不会得知任何医疗原因。',
    en: "This is a gateway for the mutual recognition of health codes between provinces. A venue scans a traveller's code; the gateway asks the province that issued it and answers with a signed attestation that anybody can verify, up to the national trust anchor. Nothing about a person is written to disk, and the venue never learns a medical reason.",
  },
  sandbox: {
    zh: '沙箱模式下，所有省份均为模拟。',
    en: 'In sandbox mode every province is simulated.',
  },
  sandbox_means: {
    zh: '不连接任何真实的省级服务，健康码、场所和记录均为虚构。请勿据此对真实的人作任何决定。',
    en: 'No real provincial service is contacted, and every code, venue and record is made up. Decide nothing about a real person by it.',
  },
  pages: { zh: '页面', en: 'Pages' },
  machines: { zh: '供程序读取', en: 'For programs' },
} as const satisfies Record<string, LocalisedText>;

/** What programs read, by its path. */
export const MACHINE_TEXTS = {
  '/openapi.json': { zh: '接口说明（OpenAPI 3.1）', en: 'The description of the API (OpenAPI 3.1)' },
  '/v1/coverage': { zh: '互认总览的原始数字', en: 'Coverage as numbers' },
  '/readyz': {
    zh: '本网关此刻是否接收查验；若否，原因何在',
    en: 'Whether this gateway takes checks at the moment, and if not, why',
  },
  '/.well-known/jwks.json': { zh: '用于签署证明的公钥', en: 'The public keys that attestations are signed with' },
} as const satisfies Record<string, LocalisedText>;
