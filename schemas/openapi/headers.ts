import type { LocalisedText } from '../code-lists/index.ts';

interface HeaderText extends LocalisedText {
  readonly type: 'string' | 'integer';
  readonly example: string | number;
}

/** The headers of replies that a client has a use for. */
const HEADERS = {
  'X-Request-Id': {
    type: 'string',
    example: '8c1cf1e5-2a41-4c2c-9e0d-6f3c1c1f5f0a',
    zh: '本次请求的标识，与日志行及问题说明中的 request_id 相同',
    en: 'names this request: the same as request_id in a problem and in the log line',
  },
  'Retry-After': {
    type: 'integer',
    example: 1,
    zh: '多少秒后可以重试',
    en: 'seconds after which to come again',
  },
  'RateLimit-Policy': {
    type: 'string',
    example: '"client";q=200;w=1',
    zh: '每个客户端在 w 秒内可查验 q 个码（draft-ietf-httpapi-ratelimit-headers）；批量按其中的码数计',
    en: 'a client may ask about q codes in w seconds (draft-ietf-httpapi-ratelimit-headers); a batch counts as the codes in it',
  },
  RateLimit: {
    type: 'string',
    example: '"client";r=0;t=1',
    zh: '剩余 r 次，t 秒后恢复',
    en: 'r are left, and t seconds later there are more',
  },
  'WWW-Authenticate': {
    type: 'string',
    example: 'Bearer realm="huren", resource_metadata="https://gateway.example/.well-known/oauth-protected-resource"',
    zh: '如何取得令牌（RFC 9728），以及令牌或证明为何被拒（RFC 6750、RFC 9449）',
    en: 'where to read how to get a token (RFC 9728), and what a token or proof was refused for (RFC 6750, RFC 9449)',
  },
  'DPoP-Nonce': {
    type: 'string',
    example: 'Tq9VZ0pWwqzDkSx0bJ0q4w',
    zh: '下一个持有证明须含的随机数；仅在请求带有 DPoP 头时出现（RFC 9449 第 8 节）',
    en: 'what the next proof of possession has to contain; where the request carried a DPoP header (RFC 9449 section 8)',
  },
  Allow: {
    type: 'string',
    example: 'GET',
    zh: '此路径接受的方法',
    en: 'the methods that this path takes',
  },
} as const satisfies Record<string, HeaderText>;
export type HeaderName = keyof typeof HEADERS;

/** `components.headers` of the description. */
export function headerComponents() {
  return Object.fromEntries(
    Object.entries(HEADERS).map(([name, { type, example, ...text }]) => [
      name,
      { description: text.en, schema: { type }, example, 'x-description': text },
    ]),
  );
}
