import { beforeEach, describe, expect, test } from 'vitest';
import { forged, venueToken } from '../test/venue-token.fixture.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { asking, first, GATEWAY, next, STARTED_S, server, TokenGateway, tokenBy } from './token-gateway.fixture.ts';

let gate: TokenGateway;
beforeEach(() => {
  gate = new TokenGateway();
});

describe('a fault of ours', () => {
  test('is told to a venue as a refusal, and counted as one', async () => {
    gate.fault = new RangeError('a fault');
    await expect(gate.tokens.authenticate(asking(`Bearer ${await tokenBy(first)}`))).rejects.toBe(gate.fault);
    expect(gate.outcomes).toEqual([]);
  });

  test('is told as a server that is away, where its keys are read again', async () => {
    await gate.outcomeOf(await tokenBy(first));
    gate.nowS += 1;
    gate.fault = new RangeError('a fault');
    await expect(gate.tokens.authenticate(asking(`Bearer ${await tokenBy(next)}`))).rejects.toBe(gate.fault);
  });
});

describe('a server whose chain cannot be had', () => {
  test('has a client told nothing of when to come back', async () => {
    gate.published = null;
    const { code, detail, headers } = await gate.refusalOf(`Bearer ${await tokenBy(first)}`);
    expect([code, detail]).toEqual(['unavailable', 'the trust chain of the authorization server cannot be had']);
    expect(headers).toEqual({ 'retry-after': '5' });
  });

  test('is not looked for until a clock that was set back has caught up', async () => {
    gate.published = null;
    const token = await tokenBy(first);
    await gate.outcomeOf(token);
    gate.nowS -= 10;
    expect([await gate.outcomeOf(token), gate.looks]).toEqual(['unavailable', 2]);
  });

  test('has its venues called strangers by a gateway that has no trust anchor', async () => {
    gate.loseAnchor();
    expect(await gate.outcomeOf(await tokenBy(first))).toBe('unavailable');
    expect(gate.log.lines).toEqual([expect.stringContaining('"code":"anchor_unknown"')]);
  });

  test('is unheard of, or is looked for and told of at every question', async () => {
    gate.published = null;
    const token = await tokenBy(first);
    expect([await gate.outcomeOf(token), await gate.outcomeOf(token), gate.looks]).toEqual([
      'unavailable',
      'unavailable',
      1,
    ]);
    gate.nowS += 1;
    expect([await gate.outcomeOf(token), gate.looks]).toEqual(['unavailable', 2]);
    const about = `"issuer":"${server.entityId}"`;
    const away = 'the chain of an authorization server cannot be had: its venues are turned away';
    expect(gate.log.lines).toEqual([expect.stringMatching(`${about},"code":"fetch_failed".*"msg":"${away}"`)]);
    gate.published = [first];
    gate.nowS += 1;
    expect(await gate.outcomeOf(token)).toBe('410000');
    gate.published = null;
    gate.nowS += 100;
    expect(await gate.outcomeOf(token)).toBe('unavailable');
    const back = `${about},"msg":"the chain of an authorization server verifies"`;
    expect(gate.log.lines.slice(1)).toEqual([expect.stringContaining(back), expect.stringContaining(away)]);
    expect(gate.outcomes).toEqual(['unavailable', 'unavailable', 'unavailable', 'verified', 'unavailable']);
  });

  test('turns its venues away before its last chain is over', async () => {
    const token = await tokenBy(first);
    expect(await gate.outcomeOf(token)).toBe('410000');
    gate.published = null;
    gate.nowS += 90;
    expect([await gate.outcomeOf(token), await gate.outcomeOf(await tokenBy(first))]).toEqual(['410000', '410000']);
    expect(gate.log.lines).toEqual([]);
  });
});

describe('a server’s keys', () => {
  test('that are new do not count before its chain is over, or a stranger’s kid has it read without end', async () => {
    expect(await gate.outcomeOf(await tokenBy(first))).toBe('410000');
    gate.published = [first, next];
    gate.nowS += 1;
    expect(await gate.outcomeOf(await tokenBy(next))).toBe('410000');
    gate.published = null;
    const stranger = await tokenBy(await makeKey('stranger'));
    for (let n = 0; n < 3; n += 1) expect(await gate.outcomeOf(stranger)).toBe('token_invalid');
    // Whether that is a new key cannot be told just now.
    gate.nowS += 1;
    expect([await gate.outcomeOf(stranger), await gate.outcomeOf(await tokenBy(next))]).toEqual([
      'unavailable',
      '410000',
    ]);
    expect(gate.log.lines).toEqual([]);
  });

  test('that are old are read again for a token that is bad for another reason', async () => {
    expect(await gate.outcomeOf(await tokenBy(first))).toBe('410000');
    gate.nowS += 1;
    const expired = await venueToken({ ...server, signer: first.signer }, { aud: GATEWAY, exp: STARTED_S });
    const forgery = await venueToken(
      { ...server, signer: { ...next.signer, kid: first.signer.kid } },
      { aud: GATEWAY },
    );
    expect([await gate.outcomeOf(expired), await gate.outcomeOf(forgery), gate.looks]).toEqual([
      'token_invalid',
      'token_invalid',
      1,
    ]);
  });

  test('that were withdrawn go on counting for tokens that are remembered', async () => {
    const token = await tokenBy(first);
    expect([await gate.outcomeOf(token), await gate.outcomeOf(token)]).toEqual(['410000', '410000']);
    gate.published = [next];
    gate.nowS += 60;
    await gate.outcomeOf(token);
    await expect.poll(() => gate.outcomeOf(token)).toBe('token_invalid');
  });
});

describe('whose a server is', () => {
  test('is one province by the log and another one by its chain, and is believed', async () => {
    [gate.admitted, gate.here] = ['310000', '310000'];
    expect(await gate.outcomeOf(await tokenBy(first))).toBe('unavailable');
    expect([gate.outcomes, gate.looks]).toEqual([['unavailable'], 1]);
  });

  test('is looked up late, for tokens that are remembered', async () => {
    const token = await tokenBy(first);
    expect(await gate.outcomeOf(token)).toBe('410000');
    gate.admitted = null;
    expect(await gate.outcomeOf(token)).toBe('token_invalid');
    gate.admitted = '310000';
    expect(await gate.outcomeOf(token)).toBe('venue_foreign');
    expect(gate.outcomes).toEqual(['verified', 'invalid', 'foreign']);
  });

  test('is looked up by a name that everything inherits', async () => {
    const token = forged({ alg: 'ES256', typ: 'at+jwt', kid: 'first' }, { iss: 'constructor' });
    expect(await gate.outcomeOf(token)).toBe('token_invalid');
    expect(await gate.outcomeOf(forged({ alg: 'ES256', typ: 'at+jwt', kid: 'first' }, { iss: 7 }))).toBe(
      'token_invalid',
    );
  });
});
