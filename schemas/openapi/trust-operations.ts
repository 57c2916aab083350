import { z } from 'zod';
import { provinceCodeSchema } from '../code-lists/index.ts';
import { credentialDocumentsSchema } from '../credential-documents.ts';
import { PROTECTED_RESOURCE_PATH, protectedResourceSchema } from '../protected-resource.ts';
import { entityIdSchema } from '../status.ts';
import { compactJwsSchema } from './compact-jws.ts';
import { example } from './examples.ts';
import { described, type Operation } from './operation.ts';
import { jsonReply, tokenReply } from './replies.ts';

const publicKeySchema = z
  .looseObject({
    kty: z.enum(['EC', 'OKP']),
    crv: z.string(),
    x: z.string(),
    kid: z.string(),
    alg: z.string().optional(),
  })
  .meta({ id: 'PublicKey', description: 'RFC 7517 public key' });

/** Whose tokens count here, and what anybody verifies with: keys, bundles, lists and rules. */
export const TRUST_OPERATIONS: readonly Operation[] = [
  {
    id: 'protectedResource',
    method: 'get',
    path: PROTECTED_RESOURCE_PATH,
    tag: 'trust',
    who: 'public',
    summary: { zh: '令牌应由谁签发、用于何处', en: 'Whose tokens to bring, and what they are to be for' },
    details: {
      zh: 'RFC 9728。网关位于某路径之下时，该路径接在此路径之后。授权服务器为本省所准入者。',
      en: 'RFC 9728. For a gateway that lies below a path, that path follows this one. The servers are those that the province has admitted.',
    },
    replies: [
      jsonReply({ zh: '受保护资源元数据', en: 'Protected resource metadata' }, protectedResourceSchema, {
        resource: 'https://gateway.example',
        authorization_servers: ['https://venues.example'],
        scopes_supported: ['verify'],
        bearer_methods_supported: ['header'],
        resource_name: 'Huren 互认',
        resource_documentation: 'https://gateway.example/docs',
        dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
        dpop_bound_access_tokens_required: false,
      }),
    ],
    problems: [],
  },
  {
    id: 'attestationKeys',
    method: 'get',
    path: '/.well-known/jwks.json',
    tag: 'trust',
    who: 'public',
    summary: { zh: '证明签名公钥', en: 'Public keys of attestations' },
    replies: [
      jsonReply(
        { zh: '公钥集', en: 'A key set' },
        z.strictObject({ keys: z.array(publicKeySchema).min(1) }).meta({ id: 'PublicKeySet' }),
        example('jwks'),
      ),
    ],
    problems: [],
  },
  {
    id: 'trustBundle',
    method: 'get',
    path: '/federation/bundle',
    tag: 'trust',
    who: 'public',
    summary: { zh: '离线验证所需的一切', en: 'Everything that an offline verifier takes along' },
    details: {
      zh: '锚、各主体的信任链与历史密钥。验证方应核对每一部分，锚须另行确认。',
      en: 'The anchor, a trust chain for each entity, historical keys. A verifier checks every part, and pins the anchor from elsewhere.',
    },
    replies: [
      jsonReply(
        { zh: '信任材料', en: 'The bundle' },
        z
          .looseObject({
            entity_id: entityIdSchema,
            jwks: z.strictObject({ keys: z.array(publicKeySchema) }),
            chains: z.record(z.string(), z.array(compactJwsSchema)),
          })
          .meta({ id: 'TrustBundle' }),
        example('trust-bundle'),
      ),
    ],
    problems: ['not_found'],
  },
  {
    id: 'signedTrustBundle',
    method: 'get',
    path: '/v1/trust-bundle',
    tag: 'trust',
    who: 'public',
    summary: {
      zh: '由本网关签名、可离线使用一天的信任包',
      en: 'The same, signed by the gateway for a day without a network',
    },
    details: {
      zh: '供无网络的扫码端核验通行凭证。其中的状态列表更早到期；到期后凭证一律不予通过。',
      en: 'For scanners without a network, which verify passes with it. Its status lists end sooner, and without one no pass verifies.',
    },
    query: z.strictObject({
      destination: described(provinceCodeSchema.optional(), {
        zh: '由哪个省的网关签名；缺省为本节点任一网关',
        en: 'which province’s gateway signs; any of this node unless told',
      }),
    }),
    replies: [
      tokenReply(
        'application/trust-bundle+jwt',
        { zh: '签名令牌，数百千字节', en: 'A signed token of some hundred kilobytes' },
        'eyJhbGciOiJFUzI1NiIsInR5cCI6InRydXN0LWJ1bmRsZStqd3QifQ.e30.c2lnbmF0dXJl',
      ),
    ],
    problems: ['body_invalid', 'not_found', 'unavailable'],
  },
  {
    id: 'credentialDocuments',
    method: 'get',
    path: '/v1/credential-documents',
    tag: 'trust',
    who: 'public',
    summary: { zh: '判定证书所用的信任名单与规则', en: 'The trust list and rules that certificates are decided with' },
    details: {
      zh: '由签发端节点提供，均为已签名文件；须用锚文件指定的密钥核验。',
      en: 'At nodes that issue for 900000. Signed documents: they count where the anchor file pins their signers.',
    },
    replies: [
      jsonReply(
        {
          zh: '一份名单，每个目的地至多一份规则',
          en: 'One list, and the rules of each destination that has some',
        },
        credentialDocumentsSchema,
        { trust_list: 'eyJ0eXAiOiJjcmVkZW50aWFsLXRydXN0LWxpc3Qrand0In0.e30.c2ln', rules: [] },
      ),
    ],
    problems: ['not_found', 'unavailable'],
  },
];
