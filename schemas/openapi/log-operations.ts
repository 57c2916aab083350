import { z } from 'zod';
import { consistencyProofSchema, inclusionProofSchema } from '../registry-views.ts';
import { example } from './examples.ts';
import { described, type Operation } from './operation.ts';
import { jsonReply, textReply } from './replies.ts';

const CHECKPOINT =
  '127.0.0.1:8080/log\n2\nMmBc7c5CDo0IM3ExgdzTXcLUGhF3X2AkrSk8bv7Sckw=\n\n— 127.0.0.1:8080/log 2Es9hA==\n';
const countSchema = z.int().min(0);

/** The registry's log for whoever wants to check it. */
export const LOG_OPERATIONS: readonly Operation[] = [
  {
    id: 'checkpoint',
    method: 'get',
    path: '/v1/log/checkpoint',
    tag: 'log',
    who: 'public',
    summary: { zh: '签名的检查点（C2SP tlog-checkpoint）', en: 'The signed tree head (C2SP tlog-checkpoint)' },
    details: {
      zh: '跟随者给出 since 与 wait_s：日志大小与 since 不同则立即答复，否则等到变化或时间已到。',
      en: 'A follower says since and wait_s: answered at once where the size differs from since, else when it does or time is up.',
    },
    query: z.strictObject({
      since: described(countSchema.optional(), { zh: '已知的大小', en: 'the size known already' }),
      wait_s: described(z.int().min(0).max(30).optional(), {
        zh: '最多等待的秒数；缺省为 0',
        en: 'seconds to wait at most; 0 if left out',
      }),
    }),
    replies: [textReply('text/plain', { zh: '检查点', en: 'The checkpoint' }, CHECKPOINT)],
    problems: ['body_invalid', 'unavailable'],
  },
  {
    id: 'cosignedCheckpoint',
    method: 'get',
    path: '/v1/log/checkpoint/cosigned',
    tag: 'log',
    who: 'public',
    summary: { zh: '最近一个有见证副署的检查点', en: 'The newest checkpoint that witnesses cosigned' },
    replies: [textReply('text/plain', { zh: '检查点', en: 'The checkpoint' }, CHECKPOINT)],
    problems: ['not_found', 'unavailable'],
  },
  {
    id: 'cosign',
    method: 'post',
    path: '/v1/log/cosignatures',
    tag: 'log',
    who: 'public',
    summary: { zh: '见证提交副署', en: 'A witness sends its cosignature' },
    details: {
      zh: '一行签名（C2SP tlog-cosignature），由登记的省级见证密钥作出。',
      en: 'One signature line (C2SP tlog-cosignature) by the registered witness key of a province.',
    },
    body: { mediaType: 'text/plain', schema: z.string().max(1024), example: '— witness.example AAAAAAAA\n' },
    replies: [
      {
        ...textReply('text/plain', { zh: '副署后的检查点', en: 'The checkpoint with the cosignature' }, CHECKPOINT),
        status: 201,
      },
    ],
    problems: ['body_too_large', 'event_invalid', 'event_unauthorised', 'media_type_unsupported', 'unavailable'],
  },
  {
    id: 'logKey',
    method: 'get',
    path: '/v1/log/key',
    tag: 'log',
    who: 'public',
    summary: {
      zh: '日志的验证密钥（C2SP signed-note），每行一个',
      en: "The log's verifier keys (C2SP signed-note), one a line",
    },
    details: {
      zh: '请与信任锚文件中的密钥核对：不能只听日志自己说。',
      en: 'Compare them with the anchor file and the entries that add keys: the log must not be the only one to say it.',
    },
    replies: [
      textReply(
        'text/plain',
        { zh: '密钥', en: 'The key' },
        '127.0.0.1:8080/log+d84b3d84+Adl3mSKPRsJdXum3h5J8S7GlrUwIH+jO4WWTSfHcZ6AB\n',
      ),
    ],
    problems: [],
  },
  {
    id: 'tile',
    method: 'get',
    path: '/v1/log/tile/{path}',
    tag: 'log',
    who: 'public',
    summary: {
      zh: '散列块与条目块（C2SP tlog-tiles）',
      en: 'Tiles of hashes and bundles of entries (C2SP tlog-tiles)',
    },
    params: z.object({
      path: described(z.string(), {
        zh: '<层>/<序号>[.p/<宽>] 或 entries/<序号>[.p/<宽>]',
        en: '<level>/<index>[.p/<width>] or entries/<index>[.p/<width>]',
      }),
    }),
    replies: [
      {
        status: 200,
        text: { zh: '块', en: 'The tile' },
        mediaType: 'application/octet-stream',
        schema: z.string().meta({ format: 'binary' }),
        example: 'the bytes of 1 to 256 hashes of 32 bytes, or of entries',
      },
    ],
    problems: ['not_found', 'unavailable'],
  },
  {
    id: 'inclusionProof',
    method: 'get',
    path: '/v1/log/proof/inclusion',
    tag: 'log',
    who: 'public',
    summary: { zh: '包含证明（RFC 9162 2.1.3）', en: 'Inclusion proof (RFC 9162 section 2.1.3)' },
    query: z.strictObject({
      index: described(countSchema, { zh: '条目序号', en: 'the entry' }),
      size: described(countSchema.optional(), {
        zh: '树的大小；缺省为现在',
        en: 'tree size; the present one if left out',
      }),
    }),
    replies: [jsonReply({ zh: '证明', en: 'The proof' }, inclusionProofSchema, example('inclusion-proof'))],
    problems: ['body_invalid', 'unavailable'],
  },
  {
    id: 'consistencyProof',
    method: 'get',
    path: '/v1/log/proof/consistency',
    tag: 'log',
    who: 'public',
    summary: { zh: '一致性证明（RFC 9162 2.1.4）', en: 'Consistency proof (RFC 9162 section 2.1.4)' },
    query: z.strictObject({
      from: described(countSchema, { zh: '较早的大小', en: 'the earlier size' }),
      to: described(countSchema.optional(), {
        zh: '较晚的大小；缺省为现在',
        en: 'the later size; the present one if left out',
      }),
    }),
    replies: [jsonReply({ zh: '证明', en: 'The proof' }, consistencyProofSchema, example('consistency-proof'))],
    problems: ['body_invalid', 'unavailable'],
  },
];
