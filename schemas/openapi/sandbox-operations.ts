import { z } from 'zod';
import { provinceCodeSchema } from '../code-lists/index.ts';
import {
  faultRequestSchema,
  recordReplySchema,
  recordRequestSchema,
  sandboxCodesSchema,
  sandboxRequestsSchema,
  venueSchema,
  venueTokenReplySchema,
  venueTokenRequestSchema,
} from '../sandbox.ts';
import { example } from './examples.ts';
import { described, type Operation } from './operation.ts';
import { jsonReply } from './replies.ts';

const anyJsonSchema = z.unknown().meta({ description: 'any JSON value' });
const venuesSchema = z.array(venueSchema);
/** Drawn without what a JSON value may hold: that it may be anything says it shorter. */
const codesSchema = z.array(
  sandboxCodesSchema.element.extend({
    record: z.unknown().meta({ description: 'the raw record, in the shape that /sandbox/records takes, or null' }),
  }),
);

/** The gateway adds one member to what it passes on to the process that plays the provinces. */
const faultShape = faultRequestSchema.extend({
  keep_cache: z
    .boolean()
    .optional()
    .meta({ description: 'true: earlier answers are no longer fresh, but stand in while the province fails' }),
});

export const SANDBOX_OPERATIONS: readonly Operation[] = [
  {
    id: 'sandboxCodes',
    method: 'get',
    path: '/sandbox/codes',
    tag: 'sandbox',
    who: 'sandbox',
    summary: { zh: '示例健康码及预期结论', en: 'Sample codes with what each must lead to' },
    query: z.strictObject({
      unregistered: described(z.literal('1').optional(), {
        zh: '改列尚未登记的模拟系统的码',
        en: 'those of the simulated systems that nobody has registered yet instead',
      }),
    }),
    replies: [jsonReply({ zh: '示例码', en: 'The codes' }, codesSchema, example('sandbox-codes'))],
    problems: ['body_invalid'],
  },
  {
    id: 'sandboxRecord',
    method: 'post',
    path: '/sandbox/records',
    tag: 'sandbox',
    who: 'sandbox',
    summary: { zh: '为一条原始记录生成新码', en: 'Put a raw record behind a new code' },
    details: {
      zh: '记录须为该省系统自己的格式。请勿填写任何真实的人的信息。',
      en: "The record has the system's own shape. Never put anything about a real person here.",
    },
    body: {
      schema: recordRequestSchema.extend({ raw: z.record(z.string(), anyJsonSchema) }),
      example: example('sandbox-record'),
    },
    replies: [
      {
        ...jsonReply({ zh: '新码', en: 'The new code' }, recordReplySchema, {
          code: 'YKM10f1e2d3c4b5a69788796a5b4c3d2e1f0',
        }),
        status: 201,
      },
    ],
    problems: ['body_invalid', 'body_too_large'],
  },
  {
    id: 'sandboxFault',
    method: 'put',
    path: '/sandbox/faults',
    tag: 'sandbox',
    who: 'sandbox',
    summary: { zh: '让某省模拟系统出故障', en: 'Have a simulated province fail' },
    details: {
      zh: '网关随即忘记该省的全部缓存，故障在下一次扫码即可见；keep_cache 为 true 时缓存转为过期但仍在宽限期内可用。',
      en: 'The gateway forgets what it holds about that province, so that the very next scan shows the fault; with keep_cache it keeps it as stale, to be used inside its grace.',
    },
    body: { schema: faultShape, example: { province: '410000', fault: { status: 503 } } },
    replies: [
      jsonReply({ zh: '现行故障', en: 'The fault now in force' }, faultShape, {
        province: '410000',
        fault: { status: 503 },
      }),
    ],
    problems: ['body_invalid', 'body_too_large'],
  },
  {
    id: 'sandboxVenues',
    method: 'get',
    path: '/sandbox/venues',
    tag: 'sandbox',
    who: 'sandbox',
    summary: { zh: '示例场所及其客户端凭据', en: 'Invented venues with their client credentials' },
    replies: [jsonReply({ zh: '场所', en: 'The venues' }, venuesSchema, example('sandbox-venues'))],
    problems: [],
  },
  {
    id: 'sandboxVenueToken',
    method: 'post',
    path: '/sandbox/venue-tokens',
    tag: 'sandbox',
    who: 'sandbox',
    summary: { zh: '以某示例场所的身份取得访问令牌', en: 'An access token as one of the invented venues' },
    details: {
      zh: '供扫码网页使用：沙箱中无需登录。令牌由该省授权服务器签发。',
      en: "For the scanner's page, which needs no sign-in in the sandbox. The province's authorization server gives the token.",
    },
    body: { schema: venueTokenRequestSchema, example: { venue: 'guangzhou-hospital' } },
    replies: [
      jsonReply({ zh: '令牌及场所', en: 'The token and whose it is' }, venueTokenReplySchema, {
        venue: 'guangzhou-hospital',
        name: { zh: '广州示例医院', en: 'Guangzhou Example Hospital' },
        destination: '440000',
        purposes: ['medical_visit', 'venue_entry'],
        client_id: 'guangzhou-hospital',
        access_token: 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl',
        token_type: 'Bearer',
        expires_in: 900,
      }),
    ],
    problems: [
      'body_invalid',
      'body_too_large',
      'not_found',
      'proof_missing',
      'proof_invalid',
      'proof_nonce_required',
      'unavailable',
    ],
  },
  {
    id: 'sandboxRequests',
    method: 'get',
    path: '/sandbox/requests',
    tag: 'sandbox',
    who: 'sandbox',
    summary: { zh: '各省收到的请求原文', en: 'What the provinces got to see' },
    details: { zh: '其中没有任何关于场所的信息。', en: 'Nothing in them is about the venue.' },
    query: z.strictObject({
      province: described(provinceCodeSchema.optional(), { zh: '只看此省', en: 'this province alone' }),
    }),
    replies: [
      jsonReply({ zh: '最近的请求', en: 'The last requests' }, sandboxRequestsSchema, example('sandbox-requests')),
    ],
    problems: ['body_invalid'],
  },
  {
    id: 'rotateSandboxKey',
    method: 'post',
    path: '/sandbox/keys/rotate',
    tag: 'sandbox',
    who: 'sandbox',
    summary: { zh: '让模拟省份更换声明签名密钥', en: 'Have a simulated province change its statement key' },
    details: {
      zh: '先公布，再使用。compromised 为真时，旧密钥立即吊销。',
      en: 'Announced, then used. With compromised, the key before is revoked at once.',
    },
    body: {
      schema: z.strictObject({ province: provinceCodeSchema, compromised: z.boolean().optional() }),
      example: { province: '410000' },
    },
    replies: [
      jsonReply(
        { zh: '该省密钥及其状态', en: "The province's keys and their states" },
        z.strictObject({
          province: provinceCodeSchema,
          keys: z.array(z.strictObject({ kid: z.string(), state: z.string() })),
        }),
        {
          province: '410000',
          keys: [
            { kid: 'x1', state: 'retired' },
            { kid: 'x2', state: 'active' },
          ],
        },
      ),
    ],
    problems: ['body_invalid', 'body_too_large', 'media_type_unsupported', 'not_found'],
  },
];
