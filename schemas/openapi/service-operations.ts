import { z } from 'zod';
import { provinceCodeSchema, reasonCodeSchema, venueKindSchema } from '../code-lists/index.ts';
import { coverageCellsSchema, coverageFormatSchema, coverageSchema, coverageWindowSchema } from '../coverage.ts';
import { readinessSchema } from '../readiness.ts';
import { staffSessionSchema } from '../staff-session.ts';
import { example } from './examples.ts';
import { described, type Operation, type Reply } from './operation.ts';
import { jsonReply, textReply } from './replies.ts';

const coverageQuerySchema = z.strictObject({
  window: described(coverageWindowSchema.default('24h'), { zh: '统计时段', en: 'how far back to count' }),
  series: described(z.enum(['hour']).optional(), { zh: '同时给出逐小时的数列', en: 'hour by hour as well' }),
  issuer: described(provinceCodeSchema.optional(), { zh: '只看该签发省份', en: 'of this issuer alone' }),
  destination: described(provinceCodeSchema.optional(), { zh: '只看该目的地', en: 'at this destination alone' }),
  venue_kind: described(venueKindSchema.optional(), { zh: '只看该类场所', en: 'at this kind of venue alone' }),
  reason: described(reasonCodeSchema.optional(), { zh: '只看出现该原因的格', en: 'cells that show this reason' }),
  format: described(coverageFormatSchema.optional(), {
    zh: '导出：矩阵每格一行，有 series 时为每小时一行；缺省按 Accept',
    en: 'lines to take away: one a cell of the matrix, or one an hour with series; left out, Accept decides',
  }),
});

const languageSchema = z.strictObject({
  lang: described(z.enum(['zh', 'en']).optional(), {
    zh: '语言；缺省按 Accept-Language',
    en: 'the language; left out, Accept-Language decides',
  }),
});
const STAFF_SESSION = {
  login: true,
  venue: {
    client_id: 'first-hospital',
    kind: 'hospital',
    region: '410100',
    destination: '410000',
    ends_at: '2026-11-26T16:00:00Z',
  },
};
const NO_MANDATES = { state: 'none', active: [], lastEndsMs: null, nextStartsMs: null };
const NOT_READY = { ready: false, reasons: ['registry_missing'], degraded: [], mandates: NO_MANDATES };
const METRICS = '# HELP huren_log_size Entries in the log\n# TYPE huren_log_size gauge\nhuren_log_size 171\n';

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
      zh: '哪些省的绿码在哪些目的地得到承认；拒绝答复的扫码按问题计数；哪些节点在上报；哪些事项需要关注（按受影响的扫码数排列）。样本过少的分组整组不予公布，任何时段、合计与数列相减都得不出它。',
      en: 'Whose greens are recognised at which destination; scans that were refused, by problem; which nodes report; what asks for attention, by how many scans it touches. Groups with too few scans are withheld whole: no windows, totals or series differ by one.',
    },
    query: coverageQuerySchema,
    replies: [
      {
        ...jsonReply({ zh: '互认矩阵', en: 'The matrix' }, coverageSchema, example('coverage')),
        texts: {
          'text/csv':
            'at,presented,green,recognised,restricted,referred,indeterminate,stale,recognition_rate\r\n2026-11-26T05:00:00.000Z,20,16,12,2,4,2,0,0.75\r\n',
          'application/jsonl':
            '{"at":"2026-11-26T05:00:00.000Z","presented":20,"green":16,"recognised":12,"restricted":2,"referred":4,"indeterminate":2,"stale":0,"recognition_rate":0.75}\n',
        },
      },
    ],
    problems: ['body_invalid', 'unavailable'],
  },
  {
    id: 'coverageCells',
    method: 'get',
    path: '/v1/coverage/cells',
    tag: 'openness',
    who: 'public',
    summary: { zh: '某目的地决策表各情形的扫码数', en: "How many scans reached which cell of a destination's table" },
    details: {
      zh: '按签发省份与场所类型统计到达决策表各情形的扫码数；另一张决策表会作何决定，由此可算（huren policy diff --impact）。',
      en: 'By issuer and kind of venue. What another table would have decided follows from it (huren policy diff --impact).',
    },
    query: coverageQuerySchema.pick({ window: true }).extend({
      destination: described(provinceCodeSchema, { zh: '目的地', en: 'the destination' }),
    }),
    replies: [
      jsonReply({ zh: '各情形', en: 'The cells' }, coverageCellsSchema, {
        window: '24h',
        generated_at: '2026-11-26T05:27:00.582Z',
        destination: '440000',
        cells: [
          { issuer: '410000', venue_kind: 'hospital', cell: 'green/signed/province-signed/live/fresh/-/-', n: 12 },
        ],
        undecided: 3,
        suppressed_below: 10,
      }),
    ],
    problems: ['body_invalid', 'unavailable'],
  },
  {
    id: 'coverageEvents',
    method: 'get',
    path: '/v1/coverage/events',
    tag: 'openness',
    who: 'public',
    summary: { zh: '互认矩阵有变化时告知', en: 'A word whenever the recognition matrix is another' },
    details: {
      zh: '服务器发送事件（server-sent events）：矩阵或关注事项有变化后一两秒内发出 changed 事件，不含内容，请再读 /v1/coverage。同时收听的页面数量有限；收听不了时请定时读取。',
      en: 'Server-sent events: within a second or two of a change of the matrix or of what asks for attention there is an event `changed`. It carries nothing: read /v1/coverage again. The number of those who listen is bounded; whoever cannot, asks now and then.',
    },
    replies: [textReply('text/event-stream', { zh: '事件流', en: 'The events' }, 'event: changed\ndata: {}\n\n')],
    problems: ['unavailable'],
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
        ...jsonReply(
          { zh: '暂不接收查验，原因见 reasons', en: 'Not now, for the reasons given' },
          readinessSchema,
          NOT_READY,
        ),
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
    replies: [textReply('text/plain', { zh: '指标', en: 'Metrics' }, METRICS)],
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
      jsonReply({ zh: 'OpenAPI 3.1 文档', en: 'An OpenAPI 3.1 document' }, z.looseObject({ openapi: z.string() }), {
        openapi: '3.1.1',
        info: { title: 'Huren 互认', version: '0.1.0' },
        paths: {},
      }),
    ],
    problems: [],
  },
  {
    id: 'staffSession',
    method: 'get',
    path: '/scan/session',
    tag: 'service',
    who: 'public',
    summary: { zh: '扫码网页上哪个场所已登录', en: 'Which venue is signed in to the scanner’s page' },
    details: {
      zh: '登录后，本网页凭会话 Cookie 即可查验，无需令牌；须由本网关自己的网页发出（Origin）。',
      en: 'With the cookie of the session the page asks without a token, and only a page of this gateway may (Origin).',
    },
    replies: [jsonReply({ zh: '会话', en: 'The session' }, staffSessionSchema, STAFF_SESSION)],
    problems: [],
  },
  {
    id: 'staffLogin',
    method: 'get',
    path: '/scan/login',
    tag: 'service',
    who: 'public',
    summary: {
      zh: '场所工作人员登录（授权码加 PKCE）',
      en: 'A venue’s staff sign in at their province’s authorization server (code with PKCE)',
    },
    query: languageSchema.extend({
      page: z.literal(['/scan', '/pass']).default('/scan').meta({ description: 'the page to come back to' }),
    }),
    replies: [{ status: 302, text: { zh: '转到登录页', en: 'To the login page' }, mediaType: null }],
    problems: ['not_found', 'unavailable'],
  },
  {
    id: 'staffCallback',
    method: 'get',
    path: '/scan/callback',
    tag: 'service',
    who: 'public',
    summary: { zh: '登录完成后由浏览器返回', en: 'Where the browser returns to after signing in' },
    replies: [{ status: 303, text: { zh: '回到扫码网页', en: 'Back to the scanner’s page' }, mediaType: null }],
    problems: ['not_found'],
  },
  {
    id: 'staffLogout',
    method: 'post',
    path: '/scan/logout',
    tag: 'service',
    who: 'public',
    summary: { zh: '退出', en: 'Sign out' },
    replies: [jsonReply({ zh: '已退出', en: 'Signed out' }, staffSessionSchema, { login: true, venue: null })],
    problems: [],
  },
  page('descriptionPage', '/docs', { zh: '接口说明网页', en: 'This description as a page' }),
  page('registryPage', '/registry', { zh: '注册表网页', en: 'The registry as a page' }),
  page('coveragePage', '/coverage', { zh: '互认总览网页', en: 'Who recognises whom, as a page' }),
  page('scanPage', '/scan', { zh: '扫码查验网页', en: 'The scanner, as a page' }),
  page('passPage', '/pass', { zh: '旅客的通行凭证网页', en: 'A traveller’s page: a pass to carry' }),
  page('home', '/', { zh: '首页', en: 'The front page' }),
];

function page(id: string, path: string, summary: Reply['text']): Operation {
  return {
    id,
    method: 'get',
    path,
    tag: 'service',
    who: 'public',
    summary,
    query: languageSchema,
    replies: [textReply('text/html', { zh: '网页', en: 'A page' }, '<!doctype html>…')],
    problems: [],
  };
}
