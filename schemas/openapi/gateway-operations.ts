import { statementReplySchema, statementRequestSchema } from '../statement-exchange.ts';
import { example } from './examples.ts';
import type { Operation } from './operation.ts';

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
    replies: [
      {
        status: 200,
        text: { zh: '签名的答复', en: 'A signed answer' },
        mediaType: 'application/json',
        schema: statementReplySchema,
        example: example('statement-reply'),
      },
    ],
    problems: [
      'node_token_invalid',
      'node_not_admitted',
      'loop_refused',
      'proof_replayed',
      'rate_limited',
      'unavailable',
      'body_invalid',
      'body_too_large',
      'media_type_unsupported',
      'personal_identifier_refused',
    ],
  },
];
