import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import type { LocalisedText } from '../code-lists/index.ts';
import { PROBLEMS, type ProblemCode, problemSchema } from '../problem.ts';
import { VENUE_SCOPE } from '../venue-token.ts';
import type { HeaderName } from './headers.ts';

export const TAGS = {
  verification: { zh: '核验', en: 'Verification' },
  trust: { zh: '信任', en: 'Trust' },
  registry: { zh: '注册表', en: 'Registry' },
  log: { zh: '透明日志', en: 'Transparency log' },
  openness: { zh: '公开', en: 'Openness' },
  service: { zh: '运行', en: 'Service' },
  sandbox: { zh: '沙箱', en: 'Sandbox' },
} as const satisfies Record<string, LocalisedText>;
export type TagName = keyof typeof TAGS;

/** An answer that is no problem. `schema` is for JSON; a signed token or a text names its form in `mediaType`. */
export interface Reply {
  readonly status: 200 | 201 | 503;
  readonly text: LocalisedText;
  readonly mediaType: string;
  readonly schema: z.ZodType;
  readonly example: unknown;
  /** The same as text, by media type with an example, for whoever asks for that. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Nothing more to say than the status. */
export interface EmptyReply {
  readonly status: 202 | 302 | 303;
  readonly text: LocalisedText;
  readonly mediaType: null;
}

interface OperationBody {
  /** JSON unless told. */
  readonly mediaType?: string;
  readonly schema: z.ZodType;
  readonly example: unknown;
}

/** One operation of the API: everything the description says about it. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put';
  readonly path: string;
  readonly tag: TagName;
  /**
   * `venue`: needs an access token with scope `verify`. `gateway`: needs a token that an admitted gateway signed itself.
   * `sandbox`: there in sandbox mode alone, otherwise 404.
   */
  readonly who: 'venue' | 'gateway' | 'public' | 'sandbox';
  readonly summary: LocalisedText;
  readonly details?: LocalisedText;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: OperationBody;
  readonly replies: readonly [Reply, ...Reply[]] | readonly [EmptyReply];
  readonly problems: readonly ProblemCode[];
}

/** Names of the security schemes of `venue` operations: one or the other, as the token is bound to a key or not. */
export const VENUE_SECURITY = 'venue';
export const BOUND_VENUE_SECURITY = 'venue_bound';
/** Name of the security scheme that `gateway` operations need. */
export const GATEWAY_SECURITY = 'gateway';

/** What may become of whoever comes as a venue. */
export const ACCESS = [
  'token_missing',
  'token_invalid',
  'proof_missing',
  'proof_invalid',
  'proof_nonce_required',
  'proof_replayed',
  'origin_refused',
  'venue_foreign',
  'rate_limited',
  'unknown_codes_excessive',
  'unavailable',
] as const satisfies readonly ProblemCode[];
/** What may become of any request: of a method that a path does not take, of what never arrived whole, and of one that breaks something here. */
const SANDBOX_PROBLEMS: readonly ProblemCode[] = ['origin_refused', 'not_found'];
const ANYWHERE: readonly ProblemCode[] = ['method_not_allowed', 'headers_too_large', 'request_timeout', 'internal'];

/** The `paths` of an OpenAPI 3.1 document for these operations. */
export function pathsOf(operations: readonly Operation[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationObject(operation) };
  }
  return paths;
}

/** A query parameter with its meaning in both languages. */
export function described<T extends z.ZodType>(schema: T, text: LocalisedText): T {
  return schema.meta({ description: text.en, 'x-description': text });
}

/** Where `components.examples` holds the problem of a code. */
export function problemExampleName(code: ProblemCode): string {
  return `problem.${code}`;
}

function operationObject(operation: Operation): ZodOpenApiOperationObject {
  const { id, tag, who, summary, details, params, query, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary: summary.en,
    ...(details === undefined ? {} : { description: details.en }),
    security: securityOf(who),
    ...(params === undefined && query === undefined ? {} : { requestParams: paramsOf(operation) }),
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: { ...replyResponses(operation), ...problemResponses(operation) },
    'x-summary': summary,
    ...(details === undefined ? {} : { 'x-description': details }),
    ...(who === 'sandbox' ? { 'x-sandbox-only': true } : {}),
  };
}

function securityOf(who: Operation['who']): Record<string, string[]>[] {
  if (who === 'venue') return [{ [VENUE_SECURITY]: [VENUE_SCOPE] }, { [BOUND_VENUE_SECURITY]: [VENUE_SCOPE] }];
  return who === 'gateway' ? [{ [GATEWAY_SECURITY]: [] }] : [];
}

function paramsOf({ params, query }: Operation) {
  return { ...(params === undefined ? {} : { path: params }), ...(query === undefined ? {} : { query }) };
}

function requestBody({ mediaType = 'application/json', schema, example }: OperationBody) {
  return { required: true, content: { [mediaType]: { schema, example } } };
}

function replyResponses({ replies, who }: Operation): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {};
  const headers = headersNamed(who === 'venue' ? ['RateLimit-Policy', 'DPoP-Nonce'] : []);
  for (const reply of replies) {
    const said = { description: reply.text.en, headers, 'x-description': reply.text };
    responses[`${reply.status}`] = reply.mediaType === null ? said : { ...said, content: contentOf(reply) };
  }
  return responses;
}

function contentOf({ mediaType, schema, example, texts = {} }: Reply) {
  const asText = Object.entries(texts).map(([type, shown]) => [type, { schema: z.string(), example: shown }] as const);
  return { [mediaType]: { schema, example }, ...Object.fromEntries(asText) };
}

/** One response for each HTTP status, with an example for each closed code that answers with it. */
function problemResponses({ problems, who }: Operation): ZodOpenApiResponsesObject {
  const codes = new Set([...problems, ...(who === 'sandbox' ? SANDBOX_PROBLEMS : []), ...ANYWHERE]);
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  const responses: ZodOpenApiResponsesObject = {};
  for (const status of [...byStatus.keys()].sort((a, b) => a - b)) {
    const here = byStatus.get(status) ?? [];
    responses[`${status}`] = {
      description: here.map((code) => `\`${code}\`: ${PROBLEMS[code].en} / ${PROBLEMS[code].zh}`).join('\n\n'),
      headers: headersNamed(headersOf(status, who)),
      content: {
        'application/problem+json': {
          schema: problemSchema,
          examples: Object.fromEntries(
            here.map((code) => [code, { $ref: `#/components/examples/${problemExampleName(code)}` }]),
          ),
        },
      },
      'x-problem-codes': here,
    };
  }
  return responses;
}

/** The headers that say what the body of a problem cannot: when to come back, and how. */
function headersOf(status: number, who: Operation['who']): HeaderName[] {
  if (status === 401) return who === 'venue' ? ['WWW-Authenticate', 'DPoP-Nonce'] : ['WWW-Authenticate'];
  if (status === 429) return who === 'venue' ? ['Retry-After', 'RateLimit', 'RateLimit-Policy'] : ['Retry-After'];
  if (status === 503) return ['Retry-After'];
  return status === 405 ? ['Allow'] : [];
}

function headersNamed(names: readonly HeaderName[]): Record<string, { $ref: string }> {
  const all: readonly HeaderName[] = ['X-Request-Id', ...names];
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
