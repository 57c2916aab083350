import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import { GROUNDS } from '../../schemas/code-lists/index.ts';
import { statementReplySchema } from '../../schemas/statement-exchange.ts';
import { NAME, privateWords, type Scanned, scanEverything, signedIn, VENUE_NONCE } from './leakage-scans.ts';
import { filesBelow, type Secret, secretsIn, type Trace } from './left-behind.ts';
import type { PassedQuestion } from './listening-proxy.ts';
import { PATIENCE_MS } from './patience.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { type SpanCollector, startSpanCollector } from './span-collector.ts';
import { type SeparateNode, startTwoNodes, type TwoNodes } from './two-nodes.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 200 };
const EVERYBODY = loadProvinces().map(({ manifest }) => manifest.province);

let redis: TestRedis;
let nodes: TwoNodes;
let collector: SpanCollector;
let scanned: Scanned;
let people: Secret[];
let venues: Secret[];
let signed: Secret[];

beforeAll(async () => {
  [redis, collector] = await Promise.all([startRedis(), startSpanCollector()]);
  const stores = { HUREN_REDIS_URL: redis.url, HUREN_CACHE_SECRET: 'one-secret-that-both-nodes-know-of' };
  const settings = { ...stores, HUREN_LOG_LEVEL: 'trace', HUREN_CLIENT_RATE: '100000' };
  nodes = await startTwoNodes(EVERYBODY, { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  scanned = await scanEverything(nodes);
  people = secretsOfPeople();
  venues = [
    { what: 'the venue', text: scanned.venue.clientId },
    { what: "the venue's token", text: scanned.venue.token },
    { what: "the venue's nonce", text: VENUE_NONCE },
  ];
  signed = unique('something signed', [...signedIn(scanned.replies), ...statementsPassed()].map(signatureOf));
});
afterAll(async () => {
  await nodes.stop();
  await redis.stop();
  collector.stop();
});

function secretsOfPeople(): Secret[] {
  const { codes, made } = scanned;
  const all = [...codes.map(({ code }) => code), ...made];
  const parts = all.flatMap((code) => code.split(/[^A-Za-z0-9+_-]+/)).filter((part) => part.length >= 16);
  return [
    { what: 'a name', text: NAME },
    ...unique('a code', all),
    ...unique(
      'a part of a code',
      parts.filter((part) => /\d/.test(part)),
    ),
    ...unique('a word of a record', codes.flatMap(privateWords)),
    ...unique('a handle', statementsPassed().flatMap(handleIn)),
  ];
}

function statementsPassed(): string[] {
  return nodes.toIssuer.questions.flatMap(
    ({ reply }) => statementReplySchema.safeParse(JSON.parse(reply)).data?.statement ?? [],
  );
}

function handleIn(statement: string): string[] {
  return disclosuresOf(statement).flatMap(([name, value]) => (name === 'handle' ? [String(value)] : []));
}

function disclosuresOf(statement: string): [name: unknown, value: unknown][] {
  const texts = statement
    .split('~')
    .slice(1)
    .filter((text) => text !== '');
  return texts.map((text) => {
    const [, name, value] = z.array(z.unknown()).parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return [name, value];
  });
}

const unique = (what: string, texts: readonly string[]): Secret[] =>
  [...new Set(texts)].map((text) => ({ what, text }));
const jwsOf = (token: string) => token.split('~')[0] ?? '';
const signatureOf = (token: string) => jwsOf(token).split('.')[2] ?? token;
const traced = (where: string, text: string): Trace => ({ where, bytes: Buffer.from(text) });

async function shownBy({ url }: SeparateNode): Promise<Trace[]> {
  const paths = [
    '/metrics',
    '/v1/coverage',
    '/readyz',
    '/v1/registry/adapters',
    '/v1/log/checkpoint',
    '/federation/bundle',
  ];
  return await Promise.all(paths.map(async (path) => traced(path, await (await fetch(`${url}${path}`)).text())));
}

test('nothing was scanned that could have left a trace', () => {
  expect(scanned.replies.length).toBeGreaterThan(300);
  expect(nodes.toIssuer.questions.length).toBeGreaterThan(300);
  expect(statementsPassed().length).toBeGreaterThan(100);
  expect(signed.length).toBeGreaterThan(300);
  const outcomes = new Set(nodes.toIssuer.questions.map(({ reply }) => outcomeOf(reply)));
  expect([...outcomes]).toEqual(expect.arrayContaining(['statement', 'absent', 'unavailable']));
  expect(people.filter(({ what }) => what === 'a handle').length).toBeGreaterThan(20);
  expect(people.filter(({ what }) => what === 'a word of a record').length).toBeGreaterThan(3);
});

function outcomeOf(reply: string): unknown {
  const answer = statementReplySchema.safeParse(JSON.parse(reply)).data?.answer;
  return answer === undefined ? null : decodeJwt(answer)['outcome'];
}

describe.each([
  ['the gateway', () => nodes.destination],
  ['the issuer', () => nodes.issuer],
])('%s', (_name, nodeOf) => {
  test('keeps a person, a venue or something signed in a file', () => {
    const files = filesBelow(nodeOf().dataDir);
    expect(files.some(({ where }) => where.endsWith('.sqlite'))).toBe(true);
    expect(secretsIn(files, [...people, ...venues, ...signed])).toEqual([]);
  });

  test('tells its log of a person, a ground, a venue or something signed', () => {
    const log = nodeOf().output();
    expect(log).toContain('"msg":"request"');
    expect(secretsIn([traced('log', log)], [...people, ...venues, ...signed, ...grounds()])).toEqual([]);
  });

  test('shows a person, a venue or something signed to everybody', async () => {
    const shown = await shownBy(nodeOf());
    expect(shown[0]?.bytes.toString()).toContain('huren_');
    expect(secretsIn(shown, [...people, ...venues, ...signed])).toEqual([]);
    expect(secretsIn(shown.slice(0, 2), grounds())).toEqual([]);
  });
});

describe('traces', () => {
  const SERVER = 2;
  const questions = () => collector.spans().filter(({ name }) => name === 'question');
  const below = (spanId: string) => collector.spans().find(({ parentSpanId }) => parentSpanId === spanId);
  const above = ({ parentSpanId }: { readonly parentSpanId?: string | undefined }) =>
    collector.spans().find(({ spanId }) => spanId === parentSpanId);

  test('of a scan end at the node that is asked', async () => {
    await vi.waitFor(() => expect(questions().some(({ spanId }) => below(spanId) !== undefined)).toBe(true), WITHIN);
    const scans = questions().flatMap((question) => {
      const [scan, answer] = [above(question), below(question.spanId)];
      return scan === undefined || answer === undefined ? [] : [{ question, scan, answer }];
    });
    expect(scans.length).toBeGreaterThan(0);
    for (const { question, scan, answer } of scans) {
      expect([scan.traceId, answer.traceId]).toEqual([question.traceId, question.traceId]);
      expect([scan.kind, answer.kind]).toEqual([SERVER, SERVER]);
      expect(answer.name).toMatch(/^POST .*\/v1\/statements(\/batch)?$/);
    }
  });

  test('tell whoever is asked which questions a venue asked together', () => {
    const traces = questions().map(({ traceId }) => traceId);
    expect(traces.length).toBeGreaterThan(10);
    expect(new Set(traces).size).toBe(traces.length);
  });

  test('tell a collector of a person, a ground, a venue or something signed', () => {
    const told = [traced('spans', collector.received())];
    expect(secretsIn(told, [...people, ...venues, ...signed, ...grounds()])).toEqual([]);
  });
});

/** Ground codes: nothing that counts or is logged may tell a medical fact, not even how often. */
function grounds(): Secret[] {
  return unique('a ground', Object.keys(GROUNDS));
}

test('what is shared with other instances can be read by whoever gets hold of it', async () => {
  const dump = await redis.dump();
  expect(dump.length).toBeGreaterThan(10_000);
  // Values come as octets, streams as text.
  const all = [traced('Redis', dump), { where: 'Redis', bytes: Buffer.from(dump, 'latin1') }];
  expect(secretsIn(all, [...people, ...venues, ...signed, ...grounds()])).toEqual([]);
});

describe('between the two', () => {
  const passed = (questions: readonly PassedQuestion[], part: 'asked' | 'told') =>
    questions.map(({ path, headers, body, reply }) =>
      traced(path, part === 'asked' ? `${path} ${JSON.stringify(headers)} ${body}` : reply),
    );

  test('the issuer is asked more than about a code, for a purpose, by a gateway', () => {
    for (const { headers, body } of nodes.toIssuer.questions) {
      const members = Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(body)));
      expect(members.filter((name) => !['code', 'reference', 'purpose', 'nonce', 'forms'].includes(name))).toEqual([]);
      const token = decodeJwt(headers.authorization?.split(' ')[1] ?? '');
      expect(Object.keys(token).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti']);
      expect(Object.keys(headers).filter((name) => !SENT.includes(name))).toEqual([]);
    }
    const places = ['hospital', 'guangzhou', '"4401'].map((text) => ({ what: text, text }));
    const names = [{ what: 'a name', text: NAME }];
    expect(secretsIn(passed(nodes.toIssuer.questions, 'asked'), [...venues, ...places, ...names])).toEqual([]);
  });
  const SENT = [
    ...['host', 'connection', 'authorization', 'content-length', 'content-type'],
    ...['huren-hops', 'huren-within-ms', 'traceparent'],
  ];

  test('the gateway is told what a system said in its own words', () => {
    const words = people.filter(({ what }) => what === 'a name' || what === 'a word of a record');
    const told = nodes.toIssuer.questions.map(({ path, reply }) => traced(path, JSON.stringify(opened(reply))));
    expect(secretsIn(told, words)).toEqual([]);
  });

  /** What a reply says once everything in it is decoded. */
  function opened(reply: string): unknown {
    const { data } = statementReplySchema.safeParse(JSON.parse(reply));
    if (data === undefined) return reply;
    const { answer, statement } = data;
    return [
      decodeJwt(answer),
      ...(statement === undefined ? [] : [decodeJwt(jwsOf(statement)), normalised(statement)]),
    ];
  }

  /** All but the members that carry a record's own words by declaration: whose status it is, and which papers say so. */
  function normalised(statement: string): unknown[] {
    return disclosuresOf(statement).map(([name, value]) => {
      const { instrument, approvals, origin, ...rest } = z.looseObject({}).catch({}).parse(value);
      return name === 'handle' ? name : [name, typeof value === 'object' ? rest : value];
    });
  }

  test('anything else that goes by tells of a person or a venue', () => {
    const others = [...nodes.toIssuer.others, ...nodes.toDestination.others];
    expect(others.length).toBeGreaterThan(10);
    const all = [...passed(others, 'asked'), ...passed(others, 'told')];
    expect(secretsIn(all, [...people, ...venues, ...signed])).toEqual([]);
  });
});
