import { z } from 'zod';
import { entityIdSchema } from '../status.ts';
import { compactJwsSchema } from './compact-jws.ts';
import { example } from './examples.ts';
import { described, type Operation } from './operation.ts';
import { jsonReply, tokenReply } from './replies.ts';

const subjectSchema = described(entityIdSchema, { zh: '主体的标识', en: 'entity identifier of the subject' });

const refreshReplySchema = z.strictObject({ taken: z.boolean() }).meta({ id: 'RefreshReply' });

const typeSchema = described(z.string().max(512).optional(), {
  zh: '只看此类主体',
  en: 'of this entity type alone',
});

/** A token whose content says nothing here. */
const SOME_TOKEN = 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl';

/** What a token is called whose summary says what it is. */
const SIGNED = { zh: '签名令牌', en: 'A signed token' };

/** OpenID Federation 1.0: how anybody checks an attestation up to the national anchor. */
export const FEDERATION_OPERATIONS: readonly Operation[] = [
  {
    id: 'entityConfiguration',
    method: 'get',
    path: '/.well-known/openid-federation',
    tag: 'trust',
    who: 'public',
    summary: { zh: '本网关的主体声明', en: 'Entity configuration of this gateway' },
    details: { zh: 'OpenID Federation 1.0 第 9 节。', en: 'OpenID Federation 1.0 section 9.' },
    replies: [tokenReply('application/entity-statement+jwt', SIGNED, example('entity-configuration'))],
    problems: ['not_found'],
  },
  {
    id: 'federationFetch',
    method: 'get',
    path: '/federation/fetch',
    tag: 'trust',
    who: 'public',
    summary: { zh: '上级对下级的声明', en: "A superior's statement about a subordinate" },
    details: { zh: 'OpenID Federation 1.0 第 8.1 节。', en: 'OpenID Federation 1.0 section 8.1.' },
    query: z.strictObject({ sub: subjectSchema }),
    replies: [tokenReply('application/entity-statement+jwt', SIGNED, example('subordinate-statement'))],
    problems: ['body_invalid', 'not_found'],
  },
  {
    id: 'federationList',
    method: 'get',
    path: '/federation/list',
    tag: 'trust',
    who: 'public',
    summary: { zh: '直接下级列表', en: 'Immediate subordinates' },
    details: {
      zh: 'OpenID Federation 1.0 第 8.2 节。按标识排序；还有下一页时，Link 头（rel="next"）给出其地址。',
      en: 'OpenID Federation 1.0 section 8.2. In the order of identifiers; where more follow, a Link header (rel="next") names the next page.',
    },
    query: z.strictObject({
      entity_type: typeSchema,
      limit: described(z.int().min(1).max(500).default(100), { zh: '每页数目', en: 'how many a page holds' }),
      from_entity_id: described(entityIdSchema.optional(), { zh: '从此标识起', en: 'from this identifier on' }),
    }),
    replies: [
      jsonReply({ zh: '主体标识列表', en: 'Entity identifiers' }, z.array(entityIdSchema), example('federation-list')),
    ],
    problems: ['body_invalid'],
  },
  {
    id: 'federationResolve',
    method: 'get',
    path: '/federation/resolve',
    tag: 'trust',
    who: 'public',
    summary: { zh: '解析后的元数据与信任链', en: 'Resolved metadata with its trust chain' },
    details: { zh: 'OpenID Federation 1.0 第 8.3 节。', en: 'OpenID Federation 1.0 section 8.3.' },
    query: z.strictObject({
      sub: subjectSchema,
      trust_anchor: described(entityIdSchema.optional(), {
        zh: '信任锚；缺省为本网关所属',
        en: 'the anchor to end at; ours if left out',
      }),
      entity_type: typeSchema,
    }),
    replies: [tokenReply('application/resolve-response+jwt', SIGNED, example('resolve-response'))],
    problems: ['body_invalid', 'not_found', 'unavailable'],
  },
  {
    id: 'historicalKeys',
    method: 'get',
    path: '/federation/historical-keys',
    tag: 'trust',
    who: 'public',
    summary: { zh: '退役与吊销的密钥', en: 'Retired and revoked keys' },
    details: { zh: 'OpenID Federation 1.0 第 8.7 节。', en: 'OpenID Federation 1.0 section 8.7.' },
    replies: [
      tokenReply('application/jwk-set+jwt', { zh: '签名的密钥集', en: 'A signed key set' }, example('historical-keys')),
    ],
    problems: ['not_found'],
  },
  {
    id: 'trustMark',
    method: 'get',
    path: '/federation/trust-mark',
    tag: 'trust',
    who: 'public',
    summary: { zh: '主体现持有的信任标识', en: 'A trust mark that a subject holds now' },
    details: {
      zh: 'OpenID Federation 1.0 第 8.6 节，仅由签发者（国家锚点）提供。',
      en: 'OpenID Federation 1.0 section 8.6, at the issuer alone: the national anchor.',
    },
    query: z.strictObject({
      trust_mark_type: described(z.url().max(512), { zh: '标识类型', en: 'which mark' }),
      sub: subjectSchema,
    }),
    replies: [tokenReply('application/trust-mark+jwt', { zh: '签名的标识', en: 'The signed mark' }, SOME_TOKEN)],
    problems: ['body_invalid', 'not_found'],
  },
  {
    id: 'trustMarkStatus',
    method: 'post',
    path: '/federation/trust-mark-status',
    tag: 'trust',
    who: 'public',
    summary: { zh: '信任标识是否仍有效', en: 'Whether a trust mark still stands' },
    details: {
      zh: 'OpenID Federation 1.0 第 8.4 节；表单参数 trust_mark。',
      en: 'OpenID Federation 1.0 section 8.4: a form post with `trust_mark`.',
    },
    body: {
      mediaType: 'application/x-www-form-urlencoded',
      schema: z.strictObject({ trust_mark: compactJwsSchema }),
      example: { trust_mark: SOME_TOKEN },
    },
    replies: [
      tokenReply(
        'application/trust-mark-status-response+jwt',
        { zh: '签名的状态', en: 'The signed status' },
        SOME_TOKEN,
      ),
    ],
    problems: ['body_invalid', 'body_too_large'],
  },
  {
    id: 'federationRefresh',
    method: 'post',
    path: '/federation/refresh',
    tag: 'trust',
    who: 'public',
    summary: {
      zh: '下级提交其现行主体配置，使新密钥生效',
      en: 'A subordinate hands in its configuration when its keys change',
    },
    details: {
      zh: '正文为主体配置（application/entity-statement+jwt），须由上级已知的密钥签署。201 表示日志已采用新密钥，200 表示已有。',
      en: 'The body is the entity configuration (application/entity-statement+jwt), signed with a key that the superior knows. 201: the log has the new keys now; 200: it had them already.',
    },
    body: {
      mediaType: 'application/entity-statement+jwt',
      schema: compactJwsSchema,
      example: example('entity-configuration'),
    },
    replies: [
      {
        ...jsonReply({ zh: '已采用新密钥', en: 'The new keys are taken' }, refreshReplySchema, { taken: true }),
        status: 201,
      },
      jsonReply({ zh: '日志已有这些密钥', en: 'The log had them already' }, refreshReplySchema, { taken: false }),
    ],
    problems: [
      'media_type_unsupported',
      'body_invalid',
      'body_too_large',
      'event_invalid',
      'event_unauthorised',
      'log_conflict',
      'unavailable',
    ],
  },
  {
    id: 'authorizationServerConfiguration',
    method: 'get',
    path: '/authorization-server/.well-known/openid-federation',
    tag: 'trust',
    who: 'public',
    summary: { zh: '场所授权服务器的主体声明', en: "Entity configuration of a venues' authorization server" },
    details: {
      zh: '由本节点保管联邦密钥的授权服务器，其主机从这里取得并以自己的名义展示。',
      en: 'The host of a server whose federation keys this node keeps fetches it here and shows it as its own.',
    },
    query: z.strictObject({ sub: subjectSchema }),
    replies: [tokenReply('application/entity-statement+jwt', SIGNED, example('entity-configuration'))],
    problems: ['body_invalid', 'not_found'],
  },
];
