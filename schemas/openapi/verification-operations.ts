import {
  batchReplySchema,
  batchRequestSchema,
  verificationReplySchema,
  verificationRequestSchema,
} from '../verification.ts';
import { example } from './examples.ts';
import { ACCESS, type Operation } from './operation.ts';
import { jsonReply } from './replies.ts';

const BODY = ['body_invalid', 'body_too_large', 'media_type_unsupported'] as const;
const QUESTION = ['check_not_permitted', 'code_unrecognised', 'code_expired', 'personal_identifier_refused'] as const;

/** What a venue does: ask about one code, or about up to a hundred. */
export const VERIFICATION_OPERATIONS: readonly Operation[] = [
  {
    id: 'verify',
    method: 'post',
    path: '/v1/verifications',
    tag: 'verification',
    who: 'venue',
    summary: { zh: '核验一个健康码', en: 'Verify one code' },
    details: {
      zh: '只要此处允许查验且读懂了此码，无论结论如何均答复 200。无法判断也是一种答复：status 为 indeterminate，decision 为 refer。attestation 为网关签名的证明，可离线验证。',
      en: 'Answers 200 whenever the check is allowed here and the code was understood, whatever the answer. Cannot tell is an answer too: status indeterminate, decision refer. The attestation is signed by the gateway and verifies offline.',
    },
    body: { schema: verificationRequestSchema, example: example('verification-request') },
    replies: [
      jsonReply({ zh: '签名的答复', en: 'A signed answer' }, verificationReplySchema, example('verification-reply')),
    ],
    problems: [...ACCESS, ...BODY, ...QUESTION],
  },
  {
    id: 'verifyBatch',
    method: 'post',
    path: '/v1/verifications/batch',
    tag: 'verification',
    who: 'venue',
    summary: { zh: '一次核验最多一百个健康码', en: 'Verify up to a hundred codes at once' },
    details: {
      zh: '顺序不变，每一项各有其答复或问题说明。不符合格式的项（过长、为空、目的未列出）也只在其位置上得到 body_invalid，不影响其余各项；只有 items 本身不符合格式时才整体拒绝。',
      en: 'Order is kept; each item gets its own answer or its own problem, in its place. So does an item that has not the documented form (too long, empty, a purpose that is not listed): it is body_invalid there, and the others are answered. Only what is wrong with items itself fails as a whole.',
    },
    body: { schema: batchRequestSchema, example: example('batch-request') },
    replies: [
      jsonReply(
        { zh: '逐项的答复或问题说明', en: 'An answer or a problem for each item' },
        batchReplySchema,
        example('batch-reply'),
      ),
    ],
    problems: [...ACCESS, ...BODY],
  },
];
