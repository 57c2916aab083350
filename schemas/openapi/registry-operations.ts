import { z } from 'zod';
import { adapterDivisionSchema } from '../adapter-id.ts';
import { provinceCodeSchema } from '../code-lists/index.ts';
import { conformanceReportSchema } from '../conformance-report.ts';
import { MAX_EVENT_BYTES, versionSchema } from '../registry-event.ts';
import {
  adapterListSchema,
  adapterViewSchema,
  deviationsViewSchema,
  entityListSchema,
  mandateListSchema,
  policyListSchema,
  policyViewSchema,
  receiptSchema,
  subordinateListSchema,
  versionDocumentSchema,
} from '../registry-views.ts';
import { entityIdSchema } from '../status.ts';
import { example } from './examples.ts';
import { described, type Operation } from './operation.ts';
import { jsonReply } from './replies.ts';

const province = described(provinceCodeSchema, { zh: 'GB/T 2260 省级代码', en: 'GB/T 2260 province code' });
const version = described(versionSchema, { zh: '版本号', en: 'its version' });
const ofDivision = z.object({
  division: described(adapterDivisionSchema.optional(), {
    zh: '该省某一辖区自己的系统；不填则为全省的',
    en: "the own system of a division of the province; without it the province's",
  }),
});
const submissionSchema = z.strictObject({
  event: z.string().max(MAX_EVENT_BYTES).meta({ description: 'compact JWS, typ registry-event+jwt' }),
  scenarios: z
    .string()
    .optional()
    .meta({ description: 'with adapter_submitted alone: the exact text of fixtures/scenarios.json' }),
});

/** Who may do what in the registry, and what follows from it. */
export const REGISTRY_OPERATIONS: readonly Operation[] = [
  {
    id: 'postRegistryEvent',
    method: 'post',
    path: '/v1/registry/events',
    tag: 'registry',
    who: 'public',
    summary: { zh: '提交一个签名的注册事件', en: 'Post a signed registry event' },
    details: {
      zh: '签名即授权：谁能做什么由日志中登记的主体与密钥决定。也可直接以 application/jose 提交。答复 201 时事件已落盘并生效，附检查点与包含证明。被拒绝时 detail 以封闭的拒绝代码开头。',
      en: 'The signature is the authority: who may do what follows from the entities and keys in the log. The event alone may be posted as application/jose. A 201 means durable and in force, with the checkpoint and the inclusion proof. A refusal has its closed code at the start of `detail`.',
    },
    body: { schema: submissionSchema, example: { event: 'eyJhbGciOiJFUzI1NiJ9.eyJraW5kIjoiLi4uIn0.c2lnbmF0dXJl' } },
    replies: [
      {
        ...jsonReply(
          { zh: '已入日志并生效', en: 'In the log and in force' },
          receiptSchema,
          example('registry-receipt'),
        ),
        status: 201,
      },
    ],
    problems: [
      'body_invalid',
      'body_too_large',
      'media_type_unsupported',
      'event_invalid',
      'event_unauthorised',
      'log_conflict',
      'unavailable',
    ],
  },
  {
    id: 'adapters',
    method: 'get',
    path: '/v1/registry/adapters',
    tag: 'registry',
    who: 'public',
    summary: { zh: '各省适配器及其版本', en: 'The adapters of the provinces with their versions' },
    query: z.object({
      province: described(provinceCodeSchema.optional(), { zh: '只看此省', en: 'of this province alone' }),
    }),
    replies: [jsonReply({ zh: '适配器', en: 'The adapters' }, adapterListSchema, example('adapter-list'))],
    problems: ['body_invalid'],
  },
  {
    id: 'adapter',
    method: 'get',
    path: '/v1/registry/adapters/{province}',
    tag: 'registry',
    who: 'public',
    summary: { zh: '一个省的适配器', en: "One province's adapter" },
    params: z.object({ province }),
    query: ofDivision,
    replies: [jsonReply({ zh: '适配器', en: 'The adapter' }, adapterViewSchema, example('adapter-view'))],
    problems: ['body_invalid', 'not_found'],
  },
  {
    id: 'adapterVersion',
    method: 'get',
    path: '/v1/registry/adapters/{province}/versions/{version}',
    tag: 'registry',
    who: 'public',
    summary: { zh: '一个版本及其声明原文', en: 'One version with the exact text of its manifest' },
    params: z.object({ province, version }),
    query: ofDivision,
    replies: [jsonReply({ zh: '版本', en: 'The version' }, versionDocumentSchema, example('adapter-version'))],
    problems: ['body_invalid', 'not_found'],
  },
  {
    id: 'adapterReport',
    method: 'get',
    path: '/v1/registry/adapters/{province}/versions/{version}/report',
    tag: 'registry',
    who: 'public',
    summary: { zh: '符合性报告，内容与日志中的摘要一致', en: 'The conformance report whose digest is in the log' },
    params: z.object({ province, version }),
    query: ofDivision,
    replies: [jsonReply({ zh: '报告', en: 'The report' }, conformanceReportSchema, example('conformance-report'))],
    problems: ['body_invalid', 'not_found', 'unavailable'],
  },
  {
    id: 'policies',
    method: 'get',
    path: '/v1/registry/policies',
    tag: 'registry',
    who: 'public',
    summary: { zh: '各目的地公布的决策表', en: 'The tables that destinations have published' },
    replies: [jsonReply({ zh: '决策表', en: 'The tables' }, policyListSchema, example('policy-list'))],
    problems: [],
  },
  {
    id: 'policy',
    method: 'get',
    path: '/v1/registry/policies/{province}',
    tag: 'registry',
    who: 'public',
    summary: { zh: '一个目的地现行的决策表', en: 'The table in force at one destination' },
    params: z.object({ province }),
    replies: [jsonReply({ zh: '决策表', en: 'The table' }, policyViewSchema, example('policy-view'))],
    problems: ['not_found'],
  },
  {
    id: 'deviations',
    method: 'get',
    path: '/v1/registry/policies/{province}/deviations',
    tag: 'registry',
    who: 'public',
    summary: { zh: '该目的地比国家基准更严之处', en: 'Where that destination is stricter than the national baseline' },
    params: z.object({ province }),
    replies: [jsonReply({ zh: '更严之处', en: 'The deviations' }, deviationsViewSchema, example('deviations'))],
    problems: ['not_found'],
  },
  {
    id: 'mandates',
    method: 'get',
    path: '/v1/registry/mandates',
    tag: 'registry',
    who: 'public',
    summary: { zh: '查验授权及其期限', en: 'The mandates with their ends' },
    replies: [jsonReply({ zh: '授权', en: 'The mandates' }, mandateListSchema, example('mandate-list'))],
    problems: [],
  },
  {
    id: 'entities',
    method: 'get',
    path: '/v1/registry/entities',
    tag: 'registry',
    who: 'public',
    summary: { zh: '主体、角色、密钥及其有效期', en: 'Entities with their roles, keys and expiries' },
    query: z.strictObject({
      entity_id: described(entityIdSchema.optional(), { zh: '只看此主体', en: 'this entity alone' }),
    }),
    replies: [jsonReply({ zh: '主体', en: 'The entities' }, entityListSchema, example('entity-list'))],
    problems: ['body_invalid'],
  },
  {
    id: 'subordinates',
    method: 'get',
    path: '/v1/registry/subordinates',
    tag: 'registry',
    who: 'public',
    summary: { zh: '联邦中谁为谁担保', en: 'Who vouches for whom in the federation' },
    details: {
      zh: '上级签发的下级声明即由此得出：主体类别、省份与密钥。vouched_for 为 false 表示其自身或某个上级已被移除。',
      en: 'What superiors sign about subordinates follows from this: kind, province and keys. `vouched_for` is false where the entity or somebody above it has been removed.',
    },
    query: z.strictObject({
      superior: described(entityIdSchema.optional(), { zh: '只看此上级之下', en: 'below this superior alone' }),
      entity_id: described(entityIdSchema.optional(), { zh: '只看此主体', en: 'this entity alone' }),
    }),
    replies: [
      jsonReply({ zh: '下级主体', en: 'The subordinates' }, subordinateListSchema, example('subordinate-list')),
    ],
    problems: ['body_invalid'],
  },
  {
    id: 'operatorSession',
    method: 'get',
    path: '/registry/session',
    tag: 'registry',
    who: 'public',
    summary: { zh: '注册表网页上谁已登录', en: 'Who is logged in to the registry page' },
    details: {
      zh: '登录本身不赋予任何权限：生效的只有以登记密钥签名的事件。',
      en: 'A login entitles to nothing: what counts is an event signed by an enrolled key.',
    },
    replies: [
      jsonReply(
        { zh: '会话', en: 'The session' },
        z.strictObject({
          login: z.boolean(),
          operator: z.strictObject({ entity_id: entityIdSchema, name: z.string() }).nullable(),
        }),
        { login: true, operator: null },
      ),
    ],
    problems: [],
  },
  {
    id: 'operatorLogin',
    method: 'get',
    path: '/registry/login',
    tag: 'registry',
    who: 'public',
    summary: {
      zh: '运营者登录（OpenID Connect，授权码加 PKCE）',
      en: 'Operator login (OpenID Connect, code with PKCE)',
    },
    query: z.strictObject({
      lang: described(z.enum(['zh', 'en']).optional(), {
        zh: '返回页面的语言',
        en: 'language of the page to return to',
      }),
    }),
    replies: [{ status: 302, text: { zh: '转到登录页', en: 'To the login page' }, mediaType: null }],
    problems: ['not_found', 'unavailable'],
  },
  {
    id: 'operatorCallback',
    method: 'get',
    path: '/registry/callback',
    tag: 'registry',
    who: 'public',
    summary: { zh: '登录完成后由浏览器返回', en: 'Where the browser returns to after the login' },
    replies: [{ status: 303, text: { zh: '回到注册表网页', en: 'Back to the registry page' }, mediaType: null }],
    problems: ['not_found'],
  },
  {
    id: 'operatorLogout',
    method: 'post',
    path: '/registry/logout',
    tag: 'registry',
    who: 'public',
    summary: { zh: '退出', en: 'Log out' },
    replies: [
      jsonReply({ zh: '已退出', en: 'Logged out' }, z.strictObject({ operator: z.null() }), { operator: null }),
    ],
    problems: [],
  },
];
