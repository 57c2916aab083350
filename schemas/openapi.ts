import { createDocument } from 'zod-openapi';
import { EVENT_OPERATIONS } from './openapi/event-operations.ts';
import { FEDERATION_OPERATIONS } from './openapi/federation-operations.ts';
import { GATEWAY_OPERATIONS } from './openapi/gateway-operations.ts';
import { headerComponents } from './openapi/headers.ts';
import { HOLDER_OPERATIONS } from './openapi/holder-operations.ts';
import { LOG_OPERATIONS } from './openapi/log-operations.ts';
import {
  BOUND_VENUE_SECURITY,
  GATEWAY_SECURITY,
  type Operation,
  pathsOf,
  problemExampleName,
  TAGS,
  VENUE_SECURITY,
} from './openapi/operation.ts';
import { REGISTRY_OPERATIONS } from './openapi/registry-operations.ts';
import { SANDBOX_OPERATIONS } from './openapi/sandbox-operations.ts';
import { SERVICE_OPERATIONS } from './openapi/service-operations.ts';
import { TRUST_OPERATIONS } from './openapi/trust-operations.ts';
import { VERIFICATION_OPERATIONS } from './openapi/verification-operations.ts';
import { PROBLEMS, type Problem, type ProblemCode, problemCodeSchema } from './problem.ts';
import { securityEventClaimsSchema } from './security-event.ts';
import { VENUE_SCOPE, VENUE_TOKEN_TYP } from './venue-token.ts';

/** Every operation that a gateway serves today. A new path is one entry in one of these lists. */
export const OPERATIONS: readonly Operation[] = [
  ...VERIFICATION_OPERATIONS,
  ...HOLDER_OPERATIONS,
  ...GATEWAY_OPERATIONS,
  ...TRUST_OPERATIONS,
  ...FEDERATION_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...REGISTRY_OPERATIONS,
  ...LOG_OPERATIONS,
  ...SERVICE_OPERATIONS,
  ...SANDBOX_OPERATIONS,
];

const ABOUT = {
  zh: '跨省健康码互认网关：凭证据互认，而不只看颜色。个人信息一律不写入磁盘。沙箱模式下的各省系统均为模拟，不连接任何真实的省级服务。任何路径均可能答复 404 not_found 与 405 method_not_allowed。OpenID Federation 各端点的问题另含 error 与 error_description（第 8.9 节）。',
  en: 'A gateway for the mutual recognition of health codes between provinces: evidence, not a colour. Nothing about a person is stored. The provinces of sandbox mode are simulated; no real provincial service is contacted. Any path may answer 404 not_found and 405 method_not_allowed. Problems of OpenID Federation endpoints also have `error` and `error_description` (its section 8.9).',
} as const;

const VENUE_TOKENS = `Access tokens of RFC 9068 with scope ${VENUE_SCOPE}, by client credentials (RFC 6749 section 4.4) from an authorization server that the gateway's province has admitted: GET /.well-known/oauth-protected-resource names them, and GET /.well-known/oauth-authorization-server there its token endpoint. They are signed with ES256 or EdDSA, name a key (kid), live 24 hours at most, and carry venue_kind and region besides what RFC 9068 requires.`;
const BOUND_TOKENS =
  'Of a client that is registered with dpop_bound_access_tokens (RFC 9449): the token carries cnf.jkt, is sent as Authorization: DPoP, and each request brings a proof in the DPoP header, signed with that key, with the nonce that DPoP-Nonce last gave. A proof is good once.';

/** The OpenAPI 3.1 document of the HTTP API, for this version of the product. */
export function describeApi(version: string): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Huren 互认',
      version,
      summary: 'Mutual recognition of health codes between provinces',
      description: ABOUT.en,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      'x-description': ABOUT,
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, text]) => ({ name, description: text.en, 'x-description': text })),
    paths: pathsOf(OPERATIONS),
    components: {
      securitySchemes: {
        [VENUE_SECURITY]: { type: 'http', scheme: 'bearer', bearerFormat: VENUE_TOKEN_TYP, description: VENUE_TOKENS },
        [BOUND_VENUE_SECURITY]: {
          type: 'http',
          scheme: 'DPoP',
          bearerFormat: VENUE_TOKEN_TYP,
          description: `${VENUE_TOKENS} ${BOUND_TOKENS}`,
        },
        [GATEWAY_SECURITY]: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'node-token+jwt',
          description:
            'A JWS {iss, aud, iat, exp, jti} of at most 60 seconds, from the gateway to the issuer, signed with the key of its attestations; verified through its trust chain.',
        },
      },
      headers: headerComponents(),
      schemas: { SecurityEventClaims: securityEventClaimsSchema },
      examples: problemExamples(),
    },
  });
}

function problemExamples() {
  const examples: Record<string, { summary: string; value: Problem }> = {};
  for (const code of problemCodeSchema.values) {
    examples[problemExampleName(code)] = { summary: PROBLEMS[code].en, value: problemExample(code) };
  }
  return examples;
}

function problemExample(code: ProblemCode): Problem {
  const { status, zh, en, next } = PROBLEMS[code];
  return { type: `urn:huren:problem:${code}`, title: en, status, code, text: { zh, en }, next };
}
