import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PROBLEMS, type Problem, type ProblemCode } from '../../schemas/problem.ts';
import { type StatementRequest, statementRequestSchema } from '../../schemas/statement-exchange.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { GATEWAY, LIMITS, type PlayedNode, playNode } from './played-node.fixture.ts';
import { GATHER_MS } from './question-batcher.ts';

const ABSENT = { outcome: 'absent', why: 'unknown' } as const;
const frameSchema = z.strictObject({ items: z.array(statementRequestSchema) });

let node: PlayedNode;
/** Ends the first question, which is under way while the others gather. */
let release: () => void;
let frames: (readonly StatementRequest[])[];
beforeEach(async () => {
  node = await playNode();
  frames = [];
});
afterEach(() => node.stop());

/** The first question stays under way until `release`; `batch` answers what gathers meanwhile, `alone` any other. */
function playing(
  batch: (response: ServerResponse, items: readonly StatementRequest[]) => Promise<void>,
  alone = absent,
) {
  const held = Promise.withResolvers<void>();
  release = held.resolve;
  let singles = 0;
  node.answer = async (response, body, path) => {
    if (path.endsWith('/batch')) {
      const { items } = frameSchema.parse(JSON.parse(body));
      frames.push(items);
      await batch(response, items);
      return;
    }
    singles += 1;
    if (singles === 1) await held.promise;
    await alone(response, statementRequestSchema.parse(JSON.parse(body)));
  };
}

async function absent(response: ServerResponse, request: StatementRequest): Promise<void> {
  response.end(JSON.stringify({ answer: await node.signed(request, ABSENT) }));
}

const lineOf = async (request: StatementRequest, index: number) =>
  `${JSON.stringify({ index, answer: await node.signed(request, ABSENT) })}\n`;
const allAbsent = async (response: ServerResponse, items: readonly StatementRequest[]) =>
  void response.end((await Promise.all(items.map(lineOf))).join(''));

const ask = (n: number, more: object = {}) => node.ask({ code: `CODE-${n}`, token: `TOKEN-${n}`, ...more });
const coded = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: { code?: unknown }) => String(error.code),
  );

/** What becomes of `count` questions that gather while another one is under way. */
async function together(count: number): Promise<string[]> {
  const first = coded(ask(-1));
  const others = Array.from({ length: count }, (_, n) => coded(ask(n)));
  const outcomes = await Promise.all(others);
  release();
  expect(await first).toBe('answered');
  return outcomes;
}

describe('questions to one node', () => {
  test('wait for others though none is under way', async () => {
    playing(allAbsent);
    release();
    expect([await coded(ask(0)), await coded(ask(1))]).toEqual(['answered', 'answered']);
    expect(node.paths).toEqual(['/v1/statements', '/v1/statements']);
  });

  test('go one by one while another one is under way, or share a nonce', async () => {
    playing(allAbsent);
    expect(await together(20)).toEqual(Array.from({ length: 20 }, () => 'answered'));
    expect(node.paths).toEqual(['/v1/statements', '/v1/statements/batch']);
    expect(frames[0]?.map(({ code }) => code)).toEqual(Array.from({ length: 20 }, (_, n) => `CODE-${n}`));
    expect(new Set(frames[0]?.map(({ nonce }) => nonce)).size).toBe(20);
  });

  test('are more in one frame than travel together', async () => {
    playing(allAbsent);
    expect(new Set(await together(150))).toEqual(new Set(['answered']));
    expect(frames.map((items) => items.length)).toEqual([64, 64, 22]);
  });

  test('are more in one frame than it may hold in octets', async () => {
    playing(allAbsent);
    const first = coded(ask(-1));
    const others = Array.from({ length: 30 }, (_, n) => coded(ask(n, { code: `${n}`.padEnd(4_096, '\u0001') })));
    expect(new Set(await Promise.all(others))).toEqual(new Set(['answered']));
    release();
    await first;
    const sizes = frames.map((items) => JSON.stringify({ items }).length);
    expect(Math.max(...sizes)).toBeLessThan(262_144);
    expect(frames.flat()).toHaveLength(30);
  });

  test('in the names of two gateways go under one token', async () => {
    playing(allAbsent, async (response, request) => {
      response.end(JSON.stringify({ answer: await node.signed(request, ABSENT, 'https://other.example') }));
    });
    const mine = [coded(ask(0)), coded(ask(1)), coded(ask(2))];
    const other = { gateway: { entityId: 'https://other.example', signer: () => node.gatewaySigner } };
    expect(await coded(ask(3, other))).toBe('answered');
    expect(await Promise.all(mine.slice(1))).toEqual(['answered', 'answered']);
    expect(new Set(node.tokens).size).toBe(2);
    expect(frames.map((items) => items.length)).toEqual([2]);
    node.answer = absentAs(GATEWAY);
    release();
    await mine[0];
  });

  test('are answered late where one of them is', async () => {
    const slow = Promise.withResolvers<void>();
    playing(async (response, items) => {
      const [last = '', ...lines] = await Promise.all(items.map(lineOf));
      response.write(lines.toReversed().join(''));
      await slow.promise;
      response.end(last);
    });
    const first = coded(ask(-1));
    const [late, ...early] = Array.from({ length: 5 }, (_, n) => coded(ask(n)));
    expect(await Promise.all(early)).toEqual(['answered', 'answered', 'answered', 'answered']);
    slow.resolve();
    release();
    expect([await late, await first]).toEqual(['answered', 'answered']);
  });

  test('are lost where the signer of the gateway fails, or go on without a token', async () => {
    playing(allAbsent);
    const failing = { entityId: GATEWAY, signer: () => fail() };
    const outcomes = [0, 1, 2].map((n) => ask(n, { gateway: failing }));
    for (const outcome of await Promise.allSettled(outcomes)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'no key' } });
    }
    expect(node.paths).toEqual([]);
    release();
  });
});

function fail(): never {
  throw new RangeError('no key');
}

function absentAs(gateway: string): PlayedNode['answer'] {
  return async (response, body) => {
    const answer = await node.signed(statementRequestSchema.parse(JSON.parse(body)), ABSENT, gateway);
    response.end(JSON.stringify({ answer }));
  };
}

describe('a batch', () => {
  test.each<[string, (lines: readonly string[]) => string, string]>([
    [
      'with a line for nobody',
      ([one = '', two = '', three = '']) => `${one}${stranger()}\n${two}${three}`,
      'malformed',
    ],
    ['with a second line for one', ([one = '', two = '', three = '']) => `${one}${one}${two}${three}`, 'malformed'],
    ['with a line that is no JSON', ([one = '']) => `${one}{"index":\n`, 'malformed'],
    ['with an empty line', ([one = '']) => `${one}\n`, 'malformed'],
    ['with an answer and a problem in one line', ([one = '']) => `${one}${both(1)}\n`, 'malformed'],
    ['that ends too early', ([one = '']) => one, 'malformed'],
    ['that breaks off in a line', ([one = '', two = '']) => `${one}${two.slice(0, 40)}`, 'malformed'],
    ['with an endless line', ([one = '']) => `${one}${'x'.repeat(30_000)}\n`, 'oversize'],
    ['that never ends a line', ([one = '']) => `${one}${'x'.repeat(100_000)}`, 'oversize'],
  ])('%s loses the answer that came before, or has another believed', async (_what, forge, code) => {
    playing(async (response, items) => void response.end(forge(await Promise.all(items.map(lineOf)))));
    expect(await together(3)).toEqual(['answered', code, code]);
  });

  test('with more lines than questions takes an answer back', async () => {
    playing(async (response, items) => {
      const lines = await Promise.all(items.map(lineOf));
      response.end([...lines, ...lines].join(''));
    });
    expect(await together(3)).toEqual(['answered', 'answered', 'answered']);
  });

  test('with the answers of two questions changed for one another is believed', async () => {
    playing(async (response, items) => {
      const [one, two, three] = items;
      if (one === undefined || two === undefined || three === undefined) throw new Error('not three');
      response.end([await lineOf(two, 0), await lineOf(one, 1), await lineOf(three, 2)].join(''));
    });
    expect(await together(3)).toEqual(['statement_mismatch', 'statement_mismatch', 'answered']);
  });

  test('that is cut while it is answered loses what was answered', async () => {
    playing(async (response, items) => {
      response.write(await lineOf(items[0] ?? fail(), 0), () => response.destroy());
    });
    expect(await together(3)).toEqual(['answered', 'reset', 'reset']);
  });

  test('that nobody answered is sent again with its nonces', async () => {
    playing(async (response, items) => {
      if (frames.length === 1) response.destroy();
      else await allAbsent(response, items);
    });
    expect(await together(3)).toEqual(['answered', 'answered', 'answered']);
    const nonces = frames.flat().map(({ nonce }) => nonce);
    expect([nonces.length, new Set(nonces).size]).toEqual([6, 6]);
  });

  test('whose token is of a key that the log has ended since is lost, or sent again with its nonces', async () => {
    const [before, now] = [node.gatewaySigner, (await makeKey('next')).signer];
    playing(async (response, items) => {
      node.gatewaySigner = now;
      if (node.kids().at(-1) === before.kid) response.writeHead(401).end('{}');
      else await allAbsent(response, items);
    });
    expect(await together(3)).toEqual(['answered', 'answered', 'answered']);
    expect(node.kids()).toEqual([before.kid, before.kid, now.kid]);
    expect(new Set(frames.flat().map(({ nonce }) => nonce)).size).toBe(6);
  });

  test.each<[number, string]>([
    [401, 'status'],
    [400, 'status'],
    [500, 'status'],
    [429, 'busy'],
    [503, 'busy'],
  ])('that is refused with %i leaves a question open', async (status, code) => {
    playing(async (response) => void response.writeHead(status).end('{}'));
    expect(await together(3)).toEqual([code, code, code]);
  });

  test.each<[ProblemCode, string]>([
    ['rate_limited', 'busy'],
    ['unavailable', 'busy'],
    ['proof_replayed', 'status'],
    ['internal', 'status'],
  ])('with %s for one question fails the others', async (problem, code) => {
    playing(async (response, items) => {
      const lines = await Promise.all(items.map(lineOf));
      response.end([lines[0], `${JSON.stringify({ index: 1, problem: problemOf(problem) })}\n`, lines[2]].join(''));
    });
    expect(await together(3)).toEqual(['answered', code, 'answered']);
  });

  test('that finds a node busy lowers what it is asked once for each question', async () => {
    playing(async (response, items) => {
      const busy = { outcome: 'busy', retry_after_s: 1 } as const;
      const answers = await Promise.all(items.map((item) => node.signed(item, busy)));
      response.end(answers.map((answer, index) => `${JSON.stringify({ index, answer })}\n`).join(''));
    });
    expect(new Set(await together(30))).toEqual(new Set(['busy']));
    expect(node.client.concurrency()).toBeGreaterThan(LIMITS.max_connections / 4);
    expect(node.client.concurrency()).toBeLessThan(LIMITS.max_connections * 0.6);
  });
});

/** As a node writes it into a line. */
function problemOf(code: ProblemCode): Problem {
  const { status, zh, en, next } = PROBLEMS[code];
  return { type: `urn:huren:problem:${code}`, title: en, status, code, text: { zh, en }, next };
}

function stranger(): string {
  return JSON.stringify({ index: 63, answer: 'a.b.c' });
}

function both(index: number): string {
  return JSON.stringify({ index, answer: 'a.b.c', problem: problemOf('internal') });
}

describe('a node that is asked as much at once as it bears', () => {
  /** Two under way at once, both of them held, and `count` questions that wait. */
  async function held(count: number, timeout_ms = 2_000) {
    await node.stop();
    node = await playNode({ max_connections: 2, timeout_ms });
    const gate = Promise.withResolvers<void>();
    playing(async (response, items) => {
      await gate.promise;
      await allAbsent(response, items);
    });
    const first = [coded(ask(-1)), coded(ask(-2)), coded(ask(-3))];
    while (frames.length === 0) await new Promise(setImmediate);
    const waiting = Array.from({ length: count }, (_, n) => coded(ask(n)));
    return { first, waiting, gate };
  }

  test('is asked more, or in many small batches afterwards', async () => {
    const { first, waiting, gate } = await held(20);
    // Timers of one length go off in the order in which they were set: by now nobody gathers any more.
    await delay(GATHER_MS);
    const late = coded(ask(99));
    release();
    gate.resolve();
    expect(new Set(await Promise.all([...first, ...waiting, late]))).toEqual(new Set(['answered']));
    expect(frames.map((items) => items.length)).toEqual([2, 21]);
  });

  test('has a queue without an end', async () => {
    const { first, waiting, gate } = await held(1_100);
    expect((await Promise.all(waiting.slice(1_024))).every((outcome) => outcome === 'busy')).toBe(true);
    release();
    gate.resolve();
    expect(new Set(await Promise.all([...first, ...waiting.slice(0, 1_024)]))).toEqual(new Set(['answered']));
  });

  test('is asked about what nobody waits for any more', async () => {
    const { first, waiting } = await held(300, 300);
    expect(new Set(await Promise.all([...first, ...waiting]))).toEqual(new Set(['timeout']));
    expect(await coded(ask(999))).toBe('answered');
    // At most the two that had room when the first ones had run out of time, and none of the others.
    expect(frames.flat().length).toBeLessThanOrEqual(2 + 64 + 64);
    release();
  });
});

describe('a node that knows no batches', () => {
  test('is not asked one by one, or for ever', async () => {
    playing(async (response) => void response.writeHead(404).end('{}'));
    expect(await together(3)).toEqual(['answered', 'answered', 'answered']);
    const batches = () => node.paths.filter((path) => path.endsWith('/batch')).length;
    expect([batches(), frames.flat().length]).toEqual([1, 3]);
    await Promise.all([ask(4), ask(5), ask(6)]);
    expect(batches()).toBe(1);
    node.clock += 60_000;
    await Promise.all([ask(7), ask(8), ask(9)]);
    expect(batches()).toBe(2);
  });
});
