import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { statementRequestSchema } from '../../schemas/statement-exchange.ts';
import { PATIENCE_MS } from '../test/patience.ts';
import { ABSENT, GatheredQuestions } from './gathered-questions.fixture.ts';
import { GATEWAY, type PlayedNode } from './played-node.fixture.ts';
import { GATHER_MS } from './question-batcher.ts';

let asked: GatheredQuestions;
beforeEach(async () => {
  asked = await GatheredQuestions.open();
});
afterEach(() => asked.node.stop());

describe('questions to one node', () => {
  test('wait for others though none is under way', async () => {
    asked.play(asked.allAbsent);
    asked.release();
    expect([await asked.outcome(0), await asked.outcome(1)]).toEqual(['answered', 'answered']);
    expect(asked.node.paths).toEqual(['/v1/statements', '/v1/statements']);
  });

  test('go one by one while another one is under way, or share a nonce', async () => {
    asked.play(asked.allAbsent);
    expect(await asked.together(20)).toEqual(Array.from({ length: 20 }, () => 'answered'));
    expect(asked.node.paths).toEqual(['/v1/statements', '/v1/statements/batch']);
    expect(asked.frames[0]?.map(({ code }) => code)).toEqual(Array.from({ length: 20 }, (_, n) => `CODE-${n}`));
    expect(new Set(asked.frames[0]?.map(({ nonce }) => nonce)).size).toBe(20);
  });

  test('are more in one frame than travel together', async () => {
    asked.play(asked.allAbsent);
    expect(new Set(await asked.together(150))).toEqual(new Set(['answered']));
    expect(asked.frames.map((items) => items.length)).toEqual([64, 64, 22]);
  });

  test('are more in one frame than it may hold in octets', async () => {
    asked.play(asked.allAbsent);
    const first = asked.outcome(-1);
    const others = Array.from({ length: 30 }, (_, n) => asked.outcome(n, { code: `${n}`.padEnd(4_096, '\u0001') }));
    expect(new Set(await Promise.all(others))).toEqual(new Set(['answered']));
    asked.release();
    await first;
    const sizes = asked.frames.map((items) => JSON.stringify({ items }).length);
    expect(Math.max(...sizes)).toBeLessThan(262_144);
    expect(asked.frames.flat()).toHaveLength(30);
  });

  test('in the names of two gateways go under one token', async () => {
    asked.play(asked.allAbsent, async (response, request) => {
      response.end(JSON.stringify({ answer: await asked.node.signed(request, ABSENT, 'https://other.example') }));
    });
    const mine = [asked.outcome(0), asked.outcome(1), asked.outcome(2)];
    const other = { gateway: { entityId: 'https://other.example', signer: () => asked.node.gatewaySigner } };
    expect(await asked.outcome(3, other)).toBe('answered');
    expect(await Promise.all(mine.slice(1))).toEqual(['answered', 'answered']);
    expect(new Set(asked.node.tokens).size).toBe(2);
    expect(asked.frames.map((items) => items.length)).toEqual([2]);
    asked.node.answer = absentAs(GATEWAY);
    asked.release();
    await mine[0];
  });

  test('are answered late where one of them is', async () => {
    const slow = Promise.withResolvers<void>();
    asked.play(async (response, items) => {
      const [last = '', ...lines] = await asked.lines(items);
      response.write(lines.toReversed().join(''));
      await slow.promise;
      response.end(last);
    });
    const first = asked.outcome(-1);
    const [late, ...early] = Array.from({ length: 5 }, (_, n) => asked.outcome(n));
    expect(await Promise.all(early)).toEqual(['answered', 'answered', 'answered', 'answered']);
    slow.resolve();
    asked.release();
    expect([await late, await first]).toEqual(['answered', 'answered']);
  });

  test('are lost where the signer of the gateway fails, or go on without a token', async () => {
    asked.play(asked.allAbsent);
    const failing = { entityId: GATEWAY, signer: () => fail() };
    const outcomes = [0, 1, 2].map((n) => asked.ask(n, { gateway: failing }));
    for (const outcome of await Promise.allSettled(outcomes)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'no key' } });
    }
    expect(asked.node.paths).toEqual([]);
    asked.release();
  });
});

function fail(): never {
  throw new RangeError('no key');
}

function absentAs(gateway: string): PlayedNode['answer'] {
  return async (response, body) => {
    const answer = await asked.node.signed(statementRequestSchema.parse(JSON.parse(body)), ABSENT, gateway);
    response.end(JSON.stringify({ answer }));
  };
}

describe('a node that is asked as much at once as it bears', () => {
  /** Two under way at once, both of them held, and `count` questions that wait. */
  async function held(count: number, timeout_ms = PATIENCE_MS) {
    await asked.node.stop();
    asked = await GatheredQuestions.open({ max_connections: 2, timeout_ms });
    const gate = Promise.withResolvers<void>();
    asked.play(async (response, items) => {
      await gate.promise;
      await asked.allAbsent(response, items);
    });
    const first = [asked.outcome(-1), asked.outcome(-2), asked.outcome(-3)];
    while (asked.frames.length === 0) await new Promise(setImmediate);
    const waiting = Array.from({ length: count }, (_, n) => asked.outcome(n));
    return { first, waiting, gate };
  }

  test('is asked more, or in many small batches afterwards', async () => {
    const { first, waiting, gate } = await held(20);
    // Timers of one length go off in the order in which they were set: by now nobody gathers any more.
    await delay(GATHER_MS);
    const late = asked.outcome(99);
    asked.release();
    gate.resolve();
    expect(new Set(await Promise.all([...first, ...waiting, late]))).toEqual(new Set(['answered']));
    expect(asked.frames.map((items) => items.length)).toEqual([2, 21]);
  });

  test('has a queue without an end', async () => {
    const { first, waiting, gate } = await held(1_100);
    expect((await Promise.all(waiting.slice(1_024))).every((outcome) => outcome === 'busy')).toBe(true);
    asked.release();
    gate.resolve();
    expect(new Set(await Promise.all([...first, ...waiting.slice(0, 1_024)]))).toEqual(new Set(['answered']));
  });

  test('is asked about what nobody waits for any more', async () => {
    const { first, waiting } = await held(300, 300);
    expect(new Set(await Promise.all([...first, ...waiting]))).toEqual(new Set(['timeout']));
    expect(await asked.outcome(999)).toBe('answered');
    // At most the two that had room when the first ones had run out of time, and none of the others.
    expect(asked.frames.flat().length).toBeLessThanOrEqual(2 + 64 + 64);
    asked.release();
  });
});

describe('a node that knows no batches', () => {
  test('is not asked one by one, or for ever', async () => {
    asked.play(async (response) => void response.writeHead(404).end('{}'));
    expect(await asked.together(3)).toEqual(['answered', 'answered', 'answered']);
    const batches = () => asked.node.paths.filter((path) => path.endsWith('/batch')).length;
    expect([batches(), asked.frames.flat().length]).toEqual([1, 3]);
    await Promise.all([asked.ask(4), asked.ask(5), asked.ask(6)]);
    expect(batches()).toBe(1);
    asked.node.clock += 60_000;
    await Promise.all([asked.ask(7), asked.ask(8), asked.ask(9)]);
    expect(batches()).toBe(2);
  });
});
