import { z } from 'zod';
import { coverageSchema } from '../coverage.ts';
import { readinessSchema } from '../readiness.ts';
import { example } from './examples.ts';
import { described, type Operation, type Reply } from './operation.ts';

const windowSchema = described(z.enum(['1h', '6h', '24h']).default('24h'), {
  zh: '统计时段',
  en: 'how far back to count',
});

/** The recognition matrix, and what an operator or a person at a browser asks of an instance. */
export const SERVICE_OPERATIONS: readonly Operation[] = [
  {
    id: 'coverage',
    method: 'get',
    path: '/v1/coverage',
    tag: 'openness',
    who: 'public',
    summary: { zh: '互认矩阵', en: 'The recognition matrix' },
    details: {
      zh: '哪些省的绿码在哪些目的地得到承认。样本过少的单元格不予公布。',
      en: 'Whose greens are recognised at which destination. Cells with too few presentations are withheld.',
    },
    query: z.strictObject({ window: windowSchema }),
    replies: [jsonReply({ zh: '互认矩阵', en: 'The matrix' }, coverageSchema, example('coverage'))],
    problems: ['body_invalid'],
  },
  {
    id: 'liveness',
    method: 'get',
    path: '/healthz',
    tag: 'service',
    who: 'public',
    summary: { zh: '存活检查', en: 'Liveness' },
    replies: [
      jsonReply({ zh: '进程存活', en: 'The process is alive' }, z.strictObject({ status: z.literal('ok') }), {
        status: 'ok',
      }),
    ],
    problems: [],
  },
  {
    id: 'readiness',
    method: 'get',
    path: '/readyz',
    tag: 'service',
    who: 'public',
    summary: { zh: '就绪检查及原因', en: 'Readiness, with reasons' },
    replies: [
      jsonReply({ zh: '可以接收查验', en: 'Venues may be sent here' }, readinessSchema, example('readiness')),
      {
        ...jsonReply({ zh: '暂不接收查验，原因见 reasons', en: 'Not now, for the reasons given' }, readinessSchema),
        status: 503,
      },
    ],
    problems: [],
  },
  {
    id: 'metrics',
    method: 'get',
    path: '/metrics',
    tag: 'service',
    who: 'public',
    summary: { zh: 'Prometheus 指标', en: 'Prometheus metrics' },
    details: {
      zh: '任何标签均不含健康码、持码人标识或场所。',
      en: 'No label ever carries a code, a handle or a venue.',
    },
    replies: [textReply('text/plain', { zh: '指标', en: 'Metrics' })],
    problems: [],
  },
  {
    id: 'description',
    method: 'get',
    path: '/openapi.json',
    tag: 'service',
    who: 'public',
    summary: { zh: '本说明', en: 'This description' },
    replies: [
      jsonReply({ zh: 'OpenAPI 3.1 文档', en: 'An OpenAPI 3.1 document' }, z.looseObject({ openapi: z.string() })),
    ],
    problems: [],
  },
  page('descriptionPage', '/docs', { zh: '接口说明网页', en: 'This description as a page' }),
  page('registryPage', '/registry', { zh: '注册表网页', en: 'The registry as a page' }),
  page('scanPage', '/scan', { zh: '扫码查验网页', en: 'The scanner, as a page' }),
  page('home', '/', { zh: '首页', en: 'The front page' }),
];

function jsonReply(text: Reply['text'], schema: z.ZodType, shown?: unknown): Reply {
  return {
    status: 200,
    text,
    mediaType: 'application/json',
    schema,
    ...(shown === undefined ? {} : { example: shown }),
  };
}

function textReply(mediaType: string, text: Reply['text']): Reply {
  return { status: 200, text, mediaType, schema: z.string() };
}

function page(id: string, path: string, summary: Reply['text']): Operation {
  return {
    id,
    method: 'get',
    path,
    tag: 'service',
    who: 'public',
    summary,
    query: z.strictObject({
      lang: described(z.enum(['zh', 'en']).optional(), {
        zh: '语言；缺省按 Accept-Language',
        en: 'the language; left out, Accept-Language decides',
      }),
    }),
    replies: [textReply('text/html', { zh: '网页', en: 'A page' })],
    problems: [],
  };
}
