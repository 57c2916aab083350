import { z } from 'zod';
import { provinceCodeSchema, reasonCodeSchema } from '../code-lists/index.ts';
import { findingSchema } from '../finding.ts';
import { passReplySchema, passRevocationSchema } from '../pass.ts';
import { approvalSchema, statusClaimsSchema } from '../statement.ts';
import { assuranceSchema, entityIdSchema, provenanceSchema } from '../status.ts';
import { verificationRequestSchema } from '../verification.ts';
import { example } from './examples.ts';
import { ACCESS, type Operation } from './operation.ts';
import { jsonReply } from './replies.ts';

const auditRequestSchema = z
  .strictObject({
    request: z.string().max(16_384).meta({ description: "compact JWS, typ audit-request+jwt, by the auditor's key" }),
    key: z.looseObject({ kty: z.string(), crv: z.string(), x: z.string(), kid: z.string() }),
  })
  .meta({ id: 'AuditRequest' });

const auditReplySchema = z
  .strictObject({
    issuer_province: provinceCodeSchema,
    claims: statusClaimsSchema.nullable(),
    statement: z.string().nullable().meta({ description: 'SD-JWT with every disclosure' }),
    assurance: assuranceSchema,
    provenance: provenanceSchema.nullable(),
    findings: z.array(findingSchema),
    approvals: z.array(
      approvalSchema
        .omit({ signature: true })
        .extend({ verified: z.enum(['valid', 'invalid', 'unsigned']), agency: entityIdSchema.nullable() }),
    ),
    reasons: z.array(reasonCodeSchema),
    chains: z.record(entityIdSchema, z.array(z.string())),
  })
  .meta({ id: 'AuditReply' });

/** What a holder carries away, and what an auditor may see. */
export const HOLDER_OPERATIONS: readonly Operation[] = [
  {
    id: 'issuePass',
    method: 'post',
    path: '/v1/passes',
    tag: 'verification',
    who: 'venue',
    summary: { zh: '签发持有人自带的离线通行凭证', en: 'Issue a pass that its holder carries' },
    details: {
      zh: '201 表示已签发；答复不是放行时为 200，且没有凭证。凭证不含任何个人信息，可离线验证、可撤销。',
      en: '201: issued. 200: the answer is not a pass, so there is none. A pass names nobody, verifies offline and can be withdrawn.',
    },
    body: { schema: verificationRequestSchema, example: example('verification-request') },
    replies: [
      {
        ...jsonReply({ zh: '答复与凭证', en: 'The answer and the pass' }, passReplySchema, example('pass-reply')),
        status: 201,
      },
      jsonReply(
        { zh: '答复，无凭证', en: 'The answer, without a pass' },
        passReplySchema,
        example('pass-refused-reply'),
      ),
    ],
    problems: [
      'body_invalid',
      'body_too_large',
      'media_type_unsupported',
      ...ACCESS,
      'check_not_permitted',
      'code_unrecognised',
      'code_expired',
      'personal_identifier_refused',
      'adapter_suspended',
    ],
  },
  {
    id: 'revokePass',
    method: 'post',
    path: '/v1/passes/revocations',
    tag: 'verification',
    who: 'venue',
    summary: { zh: '撤销一份通行凭证', en: 'Withdraw a pass' },
    details: {
      zh: '凭证在手且属于本网关者可撤销，立即见于其状态列表。状态变更事件、省份适配器暂停、授权失效也会使凭证撤销。',
      en: "For whoever holds the pass and is answered by the gateway that gave it out; its status list shows it at once. A status-changed event, a province's suspension and the end of its mandate withdraw a pass as well.",
    },
    body: {
      schema: passRevocationSchema,
      example: { pass: 'eyJ0eXAiOiJyZWNvZ25pdGlvbi1wYXNzK2p3dCIsImFsZyI6IkVTMjU2Iiwia2lkIjoiLi4uIn0.e30.c2lnbmF0dXJl' },
    },
    replies: [
      jsonReply(
        { zh: '已撤销', en: 'Withdrawn' },
        z.strictObject({ withdrawn: z.literal(true) }).meta({ id: 'PassRevoked' }),
        { withdrawn: true },
      ),
    ],
    problems: ['body_invalid', 'body_too_large', 'media_type_unsupported', ...ACCESS, 'not_found'],
  },
  {
    id: 'statusList',
    method: 'get',
    path: '/v1/statuslists/{id}',
    tag: 'trust',
    who: 'public',
    summary: { zh: '凭证撤销状态列表', en: 'Which passes were withdrawn (Token Status List)' },
    params: z.strictObject({ id: z.string().regex(/^[0-9a-f]{24}$/) }),
    replies: [
      {
        status: 200,
        text: { zh: '签名的状态列表', en: 'The signed list' },
        mediaType: 'application/statuslist+jwt',
        schema: z.string(),
        example: example('status-list'),
      },
    ],
    problems: ['not_found', 'unavailable'],
  },
  {
    id: 'audit',
    method: 'post',
    path: '/v1/audits',
    tag: 'verification',
    who: 'public',
    summary: { zh: '审计员查询答复背后的依据', en: 'An auditor asks what stands behind an answer' },
    details: {
      zh: '仅限生效授权中列名的审计员密钥。不保留任何内容。',
      en: 'Only with the key of an auditor whom a mandate in force names. Nothing of it is kept.',
    },
    body: {
      schema: auditRequestSchema,
      example: {
        request: 'eyJ0eXAiOiJhdWRpdC1yZXF1ZXN0K2p3dCIsImFsZyI6IkVTMjU2Iiwia2lkIjoiLi4uIn0.e30.c2lnbmF0dXJl',
        key: { kty: 'EC', crv: 'P-256', x: '…', y: '…', kid: '…' },
      },
    },
    replies: [
      jsonReply(
        { zh: '声明、结论与审批链', en: 'The statement, the findings and the approvals with their chains' },
        auditReplySchema,
        example('audit-reply'),
      ),
    ],
    problems: [
      'body_invalid',
      'body_too_large',
      'media_type_unsupported',
      'token_invalid',
      'proof_replayed',
      'rate_limited',
      'audit_not_permitted',
      'code_unrecognised',
      'code_expired',
      'personal_identifier_refused',
      'adapter_suspended',
      'unavailable',
    ],
  },
];
