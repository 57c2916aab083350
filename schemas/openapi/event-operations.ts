import { z } from 'zod';
import type { Operation } from './operation.ts';

/** What provinces push. */
export const EVENT_OPERATIONS: readonly Operation[] = [
  {
    id: 'pushEvent',
    method: 'post',
    path: '/v1/events',
    tag: 'trust',
    who: 'public',
    summary: { zh: '各省推送安全事件', en: 'A province pushes a security event' },
    details: {
      zh: 'RFC 8417 安全事件令牌，按 RFC 8935 推送，由签发省份签名。状态变更、适配器清空、密钥泄露。202 表示已生效；重复推送无副作用。503 时请重发。',
      en: 'A Security Event Token (RFC 8417), pushed as RFC 8935 says and signed by the issuing province: a status changed, everything cached is to go, a key is compromised. 202 means effective; a token sent twice changes nothing the second time. After a 503, send it again.',
    },
    body: {
      mediaType: 'application/secevent+jwt',
      schema: z
        .string()
        .max(8192)
        .meta({
          description: 'compact JWS, typ secevent+jwt',
          contentMediaType: 'application/secevent+jwt',
          contentSchema: { $ref: '#/components/schemas/SecurityEventClaims' },
        }),
      example: 'eyJ0eXAiOiJzZWNldmVudCtqd3QiLCJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLiJ9.eyJldmVudHMiOnt9fQ.c2lnbmF0dXJl',
    },
    replies: [{ status: 202, text: { zh: '已生效', en: 'Effective' }, mediaType: null }],
    problems: ['body_too_large', 'event_invalid', 'event_unauthorised', 'media_type_unsupported', 'unavailable'],
  },
];
