import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PROBLEMS, type Problem, type ProblemCode } from '../../schemas/problem.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { GatheredQuestions } from './gathered-questions.fixture.ts';
import { LIMITS } from './played-node.fixture.ts';

let asked: GatheredQuestions;
beforeEach(async () => {
  asked = await GatheredQuestions.open();
});
afterEach(() => asked.node.stop());

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
    asked.play(async (response, items) => void response.end(forge(await asked.lines(items))));
    expect(await asked.together(3)).toEqual(['answered', code, code]);
  });

  test('with more lines than questions takes an answer back', async () => {
    asked.play(async (response, items) => {
      const lines = await asked.lines(items);
      response.end([...lines, ...lines].join(''));
    });
    expect(await asked.together(3)).toEqual(['answered', 'answered', 'answered']);
  });

  test('with the answers of two questions changed for one another is believed', async () => {
    asked.play(async (response, items) => {
      const [one, two, three] = items;
      if (one === undefined || two === undefined || three === undefined) throw new Error('not three');
      response.end([await asked.lineOf(two, 0), await asked.lineOf(one, 1), await asked.lineOf(three, 2)].join(''));
    });
    expect(await asked.together(3)).toEqual(['statement_mismatch', 'statement_mismatch', 'answered']);
  });

  test('that is cut while it is answered loses what was answered', async () => {
    asked.play(async (response, items) => {
      const [line] = await asked.lines(items);
      response.write(line, () => response.destroy());
    });
    expect(await asked.together(3)).toEqual(['answered', 'reset', 'reset']);
  });

  test('that nobody answered is sent again with its nonces', async () => {
    asked.play(async (response, items) => {
      if (asked.frames.length === 1) response.destroy();
      else await asked.allAbsent(response, items);
    });
    expect(await asked.together(3)).toEqual(['answered', 'answered', 'answered']);
    const nonces = asked.frames.flat().map(({ nonce }) => nonce);
    expect([nonces.length, new Set(nonces).size]).toEqual([6, 6]);
  });

  test('whose token is of a key that the log has ended since is lost, or sent again with its nonces', async () => {
    const [before, now] = [asked.node.gatewaySigner, (await makeKey('next')).signer];
    asked.play(async (response, items) => {
      asked.node.gatewaySigner = now;
      if (asked.node.kids().at(-1) === before.kid) response.writeHead(401).end('{}');
      else await asked.allAbsent(response, items);
    });
    expect(await asked.together(3)).toEqual(['answered', 'answered', 'answered']);
    expect(asked.node.kids()).toEqual([before.kid, before.kid, now.kid]);
    expect(new Set(asked.frames.flat().map(({ nonce }) => nonce)).size).toBe(6);
  });

  test.each<[number, string]>([
    [401, 'status'],
    [400, 'status'],
    [500, 'status'],
    [429, 'busy'],
    [503, 'busy'],
  ])('that is refused with %i leaves a question open', async (status, code) => {
    asked.play(async (response) => void response.writeHead(status).end('{}'));
    expect(await asked.together(3)).toEqual([code, code, code]);
  });

  test.each<[ProblemCode, string]>([
    ['rate_limited', 'busy'],
    ['unavailable', 'busy'],
    ['proof_replayed', 'status'],
    ['internal', 'status'],
  ])('with %s for one question fails the others', async (problem, code) => {
    asked.play(async (response, items) => {
      const lines = await asked.lines(items);
      response.end([lines[0], `${JSON.stringify({ index: 1, problem: problemOf(problem) })}\n`, lines[2]].join(''));
    });
    expect(await asked.together(3)).toEqual(['answered', code, 'answered']);
  });

  test('that finds a node busy lowers what it is asked once for each question', async () => {
    asked.play(async (response, items) => {
      const busy = { outcome: 'busy', retry_after_s: 1 } as const;
      const answers = await Promise.all(items.map((item) => asked.node.signed(item, busy)));
      response.end(answers.map((answer, index) => `${JSON.stringify({ index, answer })}\n`).join(''));
    });
    expect(new Set(await asked.together(30))).toEqual(new Set(['busy']));
    expect(asked.node.client.concurrency()).toBeGreaterThan(LIMITS.max_connections / 4);
    expect(asked.node.client.concurrency()).toBeLessThan(LIMITS.max_connections * 0.6);
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
