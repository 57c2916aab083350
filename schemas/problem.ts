import { z } from 'zod';
import { accessReasonSchema } from './access-reason.ts';
import { type LocalisedText, localisedTextSchema } from './code-lists/index.ts';
import { federationErrorSchema } from './federation-error.ts';

interface ProblemKind extends LocalisedText {
  readonly status: number;
  readonly next: LocalisedText;
}

/** The closed list of problems: HTTP status, title, and what to do next. */
export const PROBLEMS = {
  token_missing: {
    status: 401,
    zh: '缺少访问令牌',
    en: 'No access token',
    next: { zh: '请先向授权服务器取得访问令牌', en: 'Get an access token from the authorization server first' },
  },
  token_invalid: {
    status: 401,
    zh: '访问令牌无效',
    en: 'The access token is not valid',
    next: { zh: '请重新取得访问令牌', en: 'Get a new access token' },
  },
  proof_missing: {
    status: 401,
    zh: '令牌绑定了密钥，但请求未附持有证明',
    en: 'The access token is bound to a key, and the request proves no possession of it',
    next: {
      zh: '请以 Authorization: DPoP 发送令牌，并在 DPoP 头中附上证明（RFC 9449）',
      en: 'Send the token as Authorization: DPoP, and a proof in the DPoP header (RFC 9449)',
    },
  },
  proof_invalid: {
    status: 401,
    zh: '持有证明无效',
    en: 'The proof of possession is not valid',
    next: {
      zh: '请对照 reason，为此方法、此地址和此令牌重新生成证明',
      en: 'See reason, and make a proof for this method, this address and this token',
    },
  },
  proof_nonce_required: {
    status: 401,
    zh: '持有证明须含本网关给出的随机数',
    en: 'The proof of possession has to contain a nonce of this gateway',
    next: {
      zh: '请将答复中 DPoP-Nonce 的值放入证明的 nonce 后重试',
      en: 'Put the value of DPoP-Nonce in this reply into the nonce of the proof, and ask again',
    },
  },
  proof_replayed: {
    status: 401,
    zh: '此持有证明、随机数或问题已被使用',
    en: 'The proof of possession, the nonce or the question was used before',
    next: {
      zh: '请为每次请求重新生成：持有证明或审计问题用新的 jti，状态询问用新的 nonce',
      en: 'Make it anew for every request: a proof or an audit question with a new jti, a question about a status with a new nonce',
    },
  },
  node_token_invalid: {
    status: 401,
    zh: '网关令牌缺失或无效',
    en: "The gateway's own token is missing or not valid",
    next: {
      zh: '请用本网关的证明密钥为此签发节点重新签发令牌',
      en: "Sign a new token for this issuer with your gateway's attestation key",
    },
  },
  node_not_admitted: {
    status: 403,
    zh: '登记系统未认可此网关',
    en: 'The registry does not vouch for this gateway',
    next: { zh: '请由所属省份登记此网关', en: 'Have your province admit the gateway to the registry' },
  },
  origin_refused: {
    status: 403,
    zh: '请求来自其他网站或使用了其他主机名',
    en: 'The request comes from another site, or under another name',
    next: { zh: '请使用启动时显示的地址', en: 'Use the address that was shown at the start' },
  },
  loop_refused: {
    status: 508,
    zh: '请求经过的节点过多',
    en: 'The question has passed through too many nodes',
    next: { zh: '请直接询问签发省份的节点', en: "Ask the issuing province's own node" },
  },
  node_unreachable: {
    status: 502,
    zh: '无法到达签发省份的节点',
    en: "The issuing province's node cannot be reached from here",
    next: { zh: '请改用清单中的下一种方式', en: 'Take the next way that the manifest names' },
  },
  node_reply_invalid: {
    status: 502,
    zh: '签发省份节点的答复不符合格式',
    en: "The issuing province's node answered with something that is no reply",
    next: { zh: '请按“无法判定”处理，并告知该省', en: 'Treat it as cannot tell, and tell the province' },
  },
  rate_limited: {
    status: 429,
    zh: '请求过于频繁',
    en: 'Too many requests',
    next: { zh: '请按 Retry-After 所示时间后重试', en: 'Wait for the seconds in Retry-After' },
  },
  unknown_codes_excessive: {
    status: 429,
    zh: '此客户端查询了过多任何省份都没有的码',
    en: 'This client asks about too many codes that no province knows',
    next: {
      zh: '请检查扫码器及提交的内容，按 Retry-After 所示时间后重试；确有此需要时，请联系网关运维人员',
      en: 'See to the scanner and to what is sent, and wait for the seconds in Retry-After; where they are real codes, tell the operator of this gateway',
    },
  },
  check_not_permitted: {
    status: 403,
    zh: '此处此时不得查验健康码',
    en: 'No mandate permits this check, here and now',
    next: { zh: '请直接放行，不要求出示健康码', en: 'Let the person in without asking for a code' },
  },
  audit_not_permitted: {
    status: 403,
    zh: '没有生效的授权以此密钥指定该审计员',
    en: 'No mandate of that name is in force that names this auditor with this key',
    next: {
      zh: '请用 huren mandate list 核对授权标识与审计员密钥',
      en: "Look the mandate's name and its auditors up (huren mandate list); nothing about the person follows from this",
    },
  },
  venue_foreign: {
    status: 403,
    zh: '场所不属于本网关所在省份',
    en: 'The venue is in a province that this gateway does not belong to',
    next: { zh: '请向该场所所在省份的网关提交', en: "Ask your own province's gateway" },
  },
  code_unrecognised: {
    status: 422,
    zh: '无法识别此码',
    en: 'This code is not recognised',
    next: {
      zh: '请检查扫码器（附加字符、大写锁定、输入法、镜头）后重新扫描；仍无法识别时，请持码人刷新健康码',
      en: 'Check the scanner (what it adds, caps lock, input method, camera) and scan again; if that does not help, ask the holder to refresh the code',
    },
  },
  code_expired: {
    status: 422,
    zh: '此码已过期',
    en: 'The code has expired',
    next: { zh: '请持码人刷新健康码后重新扫描', en: 'Ask the holder to refresh the code, then scan again' },
  },
  personal_identifier_refused: {
    status: 422,
    zh: '不接受身份证号或手机号',
    en: 'Identity and phone numbers are not accepted',
    next: { zh: '请扫描健康码，不要输入个人号码', en: 'Scan the code; never type a personal number' },
  },
  body_invalid: {
    status: 400,
    zh: '请求内容不符合格式',
    en: 'The request does not have the documented form',
    next: { zh: '请对照 /openapi.json 修正请求', en: 'Compare the request with /openapi.json' },
  },
  media_type_unsupported: {
    status: 415,
    zh: '不支持的内容类型',
    en: 'Unsupported content type',
    next: { zh: '请使用 Content-Type: application/json', en: 'Send Content-Type: application/json' },
  },
  body_too_large: {
    status: 413,
    zh: '请求内容过大',
    en: 'The request is too large',
    next: { zh: '请缩小请求内容', en: 'Send less at once' },
  },
  headers_too_large: {
    status: 431,
    zh: '请求头过大',
    en: 'The headers of the request are too large',
    next: { zh: '请减少请求头，总计不超过 16 KiB', en: 'Send fewer or shorter headers, 16 KiB in all at most' },
  },
  request_timeout: {
    status: 408,
    zh: '请求未在限定时间内送达',
    en: 'The request did not arrive in time',
    next: { zh: '请检查网络后重新发送', en: 'Look to the network, and send it again' },
  },
  adapter_suspended: {
    status: 503,
    zh: '该省适配器已暂停',
    en: 'The adapter of this province is suspended',
    next: {
      zh: '请按“无法判定”处理，并在 /registry 查看原因',
      en: 'Treat it as cannot tell, and see /registry for the reason',
    },
  },
  not_found: {
    status: 404,
    zh: '没有此资源',
    en: 'There is nothing here',
    next: { zh: '请对照 /openapi.json', en: 'See /openapi.json for what there is' },
  },
  method_not_allowed: {
    status: 405,
    zh: '不支持此方法',
    en: 'This resource does not take that method',
    next: { zh: '请使用 Allow 所列方法', en: 'Use a method listed in Allow' },
  },
  event_invalid: {
    status: 400,
    zh: '事件不符合格式或签名无效',
    en: 'The event is malformed or its signature does not verify',
    next: { zh: '请修正事件并重新签名', en: 'Mend the event and sign it again' },
  },
  event_unauthorised: {
    status: 403,
    zh: '签名者无权提交此事件',
    en: 'The signer may not do this',
    next: { zh: '请由有权的省份或运营者签名', en: 'Have it signed by the province or operator entitled to it' },
  },
  log_conflict: {
    status: 409,
    zh: '日志已有新的事件',
    en: 'The log has moved on',
    next: { zh: '请基于最新状态重新提交', en: 'Read the current state and submit again' },
  },
  unavailable: {
    status: 503,
    zh: '服务暂时不可用',
    en: 'The service is not available at the moment',
    next: { zh: '请按 Retry-After 所示时间后重试', en: 'Wait for the seconds in Retry-After' },
  },
  internal: {
    status: 500,
    zh: '内部错误',
    en: 'An internal error',
    next: {
      zh: '网关日志以同一 request_id 记有原因；请告知其运维人员',
      en: "The gateway's log has the cause under the same request_id; tell its operator",
    },
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What `code_unrecognised` says in its `detail`: whether the scanner is at fault, the code or who asks, and so what helps. */
export const UNRECOGNISED_KINDS = {
  not_a_code: {
    zh: '无法识别此码：已登记的各省系统均不签发此种码',
    en: 'This code is not recognised: no registered system issues codes of this form',
    next: PROBLEMS.code_unrecognised.next,
  },
  two_codes: {
    zh: '无法识别此码：扫码器将两个码读成了一个',
    en: 'This code is not recognised: two codes were read as one',
    next: {
      zh: '请检查扫码器是否在每次扫描后输出结束符，然后逐个重新扫描',
      en: 'Check that the scanner ends each scan before the next one begins, then scan one code at a time',
    },
  },
  own_pass: {
    zh: '这是通行凭证，不是健康码：凭证离线核验，不向任何一方查询',
    en: 'This is a pass and not a code: a pass is verified offline, and nobody is asked about it',
    next: {
      zh: '请用 /scan 网页、huren pass verify 或客户端库核验此凭证',
      en: 'Verify it with the page /scan, with huren pass verify, or with the client library',
    },
  },
  not_known: {
    zh: '无法识别此码：签发此种码的省份没有此码的记录',
    en: 'This code is not recognised: the province that issues codes of this form has no record of it',
    next: { zh: '请持码人刷新健康码后重新扫描', en: 'Ask the holder to refresh the code, then scan again' },
  },
} as const satisfies Record<string, Omit<ProblemKind, 'status'>>;
export type UnrecognisedKind = keyof typeof UNRECOGNISED_KINDS;

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
export const problemCodeSchema = z.literal(Object.keys(PROBLEMS).filter(isProblemCode)).meta({ id: 'ProblemCode' });

/**
 * RFC 9457 problem details with a closed `code` and what to do next. The endpoints of OpenID Federation add the members
 * that its clients look for.
 */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: problemCodeSchema,
    detail: z.string().optional(),
    reason: accessReasonSchema.optional(),
    text: localisedTextSchema,
    next: localisedTextSchema,
    request_id: z.string().optional(),
    error: federationErrorSchema.optional(),
    error_description: z.string().optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;
