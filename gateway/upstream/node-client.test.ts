import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type StatementOutcome, statementRequestSchema } from '../../schemas/statement-exchange.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { LIMITS, type PlayedNode, playNode } from './played-node.fixture.ts';

let node: PlayedNode;
beforeEach(async () => {
  node = await playNode();
});
afterEach(() => node.stop());

function saying(outcome: StatementOutcome): void {
  node.answer = async (response, body) => {
    const answer = await node.signed(statementRequestSchema.parse(JSON.parse(body)), outcome);
    response.end(JSON.stringify({ answer }));
  };
}

describe('a node that is asked', () => {
  test('and says that it is busy is not heard, or not for how long', async () => {
    saying({ outcome: 'busy', retry_after_s: 3 });
    await expect(node.ask()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 3_000 });
    expect(node.client.concurrency()).toBeLessThan(LIMITS.max_connections * 0.6);
    await expect(node.ask()).rejects.toMatchObject({ code: 'busy' });
    expect(node.tokens).toHaveLength(1);
  });

  test.each([429, 503])('and refuses with %i is not heard, or not for how long', async (status) => {
    node.answer = async (response) => void response.writeHead(status, { 'retry-after': '2' }).end('{}');
    await expect(node.ask()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 2_000 });
  });

  test('and signs with a key that its chain names since is not believed', async () => {
    saying({ outcome: 'absent', why: 'expired' });
    expect(await node.ask()).toEqual({ kind: 'absent', why: 'expired' });
    expect(node.rereads).toBe(1);
  });

  test('about a reference is told of a code', async () => {
    let told: unknown;
    node.answer = async (response, body) => {
      told = JSON.parse(body);
      response.end('{}');
    };
    await expect(node.ask({ code: null })).rejects.toMatchObject({ code: 'malformed' });
    expect(told).toEqual({ reference: 'TOKEN', purpose: 'venue_entry', nonce: expect.any(String) });
  });

  test('in nobody’s name is asked', async () => {
    node.answer = async () => expect.unreachable();
    await expect(node.ask({ gateway: null })).rejects.toMatchObject({ code: 'credentials' });
    expect(node.tokens).toEqual([]);
  });

  test('and knows no code of the province is said to know that there is none', async () => {
    saying({ outcome: 'not_ours' });
    await expect(node.ask()).rejects.toMatchObject({ code: 'malformed' });
  });

  test('is shown one token for its whole life, a new one each time, or again one that it refused', async () => {
    saying({ outcome: 'unavailable', reasons: ['issuer_unavailable'] });
    expect(await node.ask()).toEqual({ kind: 'unavailable', reasons: ['issuer_unavailable'] });
    await node.ask();
    node.clock += 31_000;
    await node.ask();
    expect([node.tokens[0] === node.tokens[1], node.tokens[1] === node.tokens[2]]).toEqual([true, false]);
    node.answer = async (response) => void response.writeHead(401).end('{}');
    await expect(node.ask()).rejects.toMatchObject({ code: 'status' });
    await expect(node.ask()).rejects.toMatchObject({ code: 'status' });
    expect(
      z
        .tuple([z.string(), z.string()])
        .parse(node.tokens.slice(-2))
        .map((token) => token === node.tokens[2]),
    ).toEqual([true, false]);
  });

  test('is lost to a question whose token is of a key that the log has ended since, or is asked without end', async () => {
    const unavailable: StatementOutcome = { outcome: 'unavailable', reasons: ['issuer_unavailable'] };
    const told = { kind: 'unavailable', reasons: ['issuer_unavailable'] };
    const ended = new Set<string | undefined>();
    node.answer = async (response, body) => {
      if (ended.has(node.kids().at(-1))) return void response.writeHead(401).end('{}');
      const answer = await node.signed(statementRequestSchema.parse(JSON.parse(body)), unavailable);
      response.end(JSON.stringify({ answer }));
    };
    const [before, now] = [node.gatewaySigner, (await makeKey('next')).signer];
    await node.ask();
    node.gatewaySigner = now;
    expect(await node.ask()).toEqual(told);
    // It was revoked, and now its superior has taken that.
    ended.add(before.kid);
    expect(await node.ask()).toEqual(told);
    expect(await node.ask()).toEqual(told);
    expect(node.kids()).toEqual([before.kid, before.kid, before.kid, now.kid, now.kid]);
    // Nor is the next one any better.
    ended.add(now.kid);
    node.gatewaySigner = before;
    await expect(node.ask()).rejects.toMatchObject({ code: 'status' });
    expect(node.kids().slice(5)).toEqual([now.kid, before.kid]);
    await expect(node.ask()).rejects.toMatchObject({ code: 'status' });
    expect(new Set(node.tokens.slice(6)).size).toBe(2);
  });

  test('is asked by nobody for half a minute after its token could not be signed once', async () => {
    saying({ outcome: 'absent', why: 'unknown' });
    const { gatewaySigner } = node;
    node.gatewaySigner = { ...gatewaySigner, sign: () => Promise.reject(new RangeError('the key is out of reach')) };
    await expect(node.ask()).rejects.toThrow('the key is out of reach');
    node.gatewaySigner = gatewaySigner;
    expect(await node.ask()).toEqual({ kind: 'absent', why: 'unknown' });
  });
});
