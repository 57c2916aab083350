import { z } from 'zod';
import { coverageReportsSchema, reportEpochSchema } from '../coverage-report.ts';
import {
  statementBatchLineSchema,
  statementBatchRequestSchema,
  statementReplySchema,
  statementRequestSchema,
} from '../statement-exchange.ts';
import { example } from './examples.ts';
import { described, type Operation } from './operation.ts';
import { jsonReply } from './replies.ts';

const ACCESS = ['node_token_invalid', 'node_not_admitted', 'loop_refused', 'rate_limited', 'unavailable'] as const;
const BODY = ['body_invalid', 'body_too_large', 'media_type_unsupported'] as const;

/** What other provinces' gateways ask a province's node. */
export const GATEWAY_OPERATIONS: readonly Operation[] = [
  {
    id: 'askForStatement',
    method: 'post',
    path: '/v1/statements',
    tag: 'trust',
    who: 'gateway',
    summary: { zh: '向签发省份的节点索取状态声明', en: "Ask a province's node for a status statement" },
    details: {
      zh: '由其他省份已登记的网关调用。answer 为签发节点签名的 JWS（typ 为 statement-answer+jwt），与本次问题绑定，结论为 statement、absent、busy、unavailable 或 not_ours 之一；statement 为省级系统自身签名的声明，系统不签名时由节点签名。签发方不得知场所、场所类型和地区。',
      en: 'For admitted gateways of other provinces. `answer` is a JWS (typ statement-answer+jwt) of the issuer, bound to this question; its outcome is statement, absent, busy, unavailable or not_ours. `statement` is what the province’s own system signed, or what its node signed for a system that does not. The issuer is told no venue, venue kind or region.',
    },
    body: { schema: statementRequestSchema, example: example('statement-request') },
    replies: [jsonReply({ zh: '签名的答复', en: 'A signed answer' }, statementReplySchema, example('statement-reply'))],
    problems: [...ACCESS, ...BODY, 'proof_replayed', 'personal_identifier_refused'],
  },
  {
    id: 'askForStatements',
    method: 'post',
    path: '/v1/statements/batch',
    tag: 'trust',
    who: 'gateway',
    summary: { zh: '一次索取最多六十四个状态声明', en: 'Ask for up to sixty-four status statements at once' },
    details: {
      zh: '应答逐行给出（NDJSON）：每一项一有结论即占一行，顺序不定，index 指明对应哪一项；每一项各有其答复或问题说明，只有整个请求的框架可以整体失败。answer 可为 Merkle 形式（文件头 crit 含 huren-merkle）；statement 的形式由各项的 forms 决定。',
      en: 'The reply is lines (NDJSON): one for each item as soon as it is decided, in any order, `index` saying which. Each item has its own answer or problem; only the frame can fail as a whole. An `answer` may be in the Merkle form (`crit` names huren-merkle); the form of a `statement` is as `forms` of its item says.',
    },
    body: { schema: statementBatchRequestSchema, example: example('statement-batch-request') },
    replies: [
      {
        status: 200,
        text: { zh: '每一项一行', en: 'A line for each item' },
        mediaType: 'application/x-ndjson',
        schema: statementBatchLineSchema,
        example: example('statement-batch-line'),
      },
    ],
    problems: [...ACCESS, ...BODY],
  },
  {
    id: 'coverageReports',
    method: 'get',
    path: '/v1/coverage/reports',
    tag: 'trust',
    who: 'gateway',
    summary: { zh: '国家监测节点读取本节点的统计上报', en: 'What this node counted, for the national monitor' },
    details: {
      zh: '仅限国家信任锚接纳的监测节点：上报含未经隐去的小数目。每份上报为签名的 JWS（typ 为 coverage-report+jwt），连续编号，并以前一份的摘要相链；只有省份、场所类型与结果的计数。',
      en: 'For the monitor that the national anchor admitted, and nobody else: small counts stand in it as they are. Each report is a signed JWS (typ coverage-report+jwt), numbered, and chained to the one before by its digest; it holds counts by province, kind of venue and outcome, and nothing else.',
    },
    query: z.strictObject({
      after: described(z.int().min(0).default(0), {
        zh: '已有的最后一份的编号',
        en: 'the number of the last one that is known',
      }),
      epoch: described(reportEpochSchema.optional(), {
        zh: '已有的最后一份所属的编号序列',
        en: 'the numbering that the last one is of',
      }),
    }),
    replies: [
      jsonReply({ zh: '其后的上报，从最早的起', en: 'The reports after it, oldest first' }, coverageReportsSchema, {
        reports: [],
      }),
    ],
    problems: ['body_invalid', 'node_token_invalid', 'node_not_admitted', 'unavailable'],
  },
  {
    id: 'relayQuestion',
    method: 'post',
    path: '/v1/statements/relay',
    tag: 'trust',
    who: 'gateway',
    summary: { zh: '经国家平台节点转达问题', en: "Have the national platform's node pass a question on" },
    details: {
      zh: '仅国家平台（000000）的签发节点提供，供无法直接到达签发节点的网关使用。令牌的 aud 为最终签发节点，question 为本次问题的摘要：该令牌只对这一问题有效。答复由最终签发节点签名，并与发问网关和问题绑定；转达节点原样传回，不保存、不记录。',
      en: 'Served by issuer nodes of the national platform (000000) alone, for gateways that cannot reach an issuer themselves. The token’s `aud` is the final issuer, and its `question` the digest of this question, for which alone it is good. The answer is signed by the final issuer and bound to the asking gateway and the question; it is passed back as it came, neither kept nor logged.',
    },
    body: { schema: statementRequestSchema, example: example('statement-request') },
    replies: [
      jsonReply(
        { zh: '最终签发节点的答复', en: 'What the final issuer answered' },
        statementReplySchema,
        example('statement-reply'),
      ),
    ],
    problems: [
      'node_token_invalid',
      'node_not_admitted',
      'loop_refused',
      'proof_replayed',
      'rate_limited',
      'unavailable',
      'node_unreachable',
      'node_reply_invalid',
      'body_invalid',
      'body_too_large',
      'media_type_unsupported',
      'personal_identifier_refused',
    ],
  },
];
