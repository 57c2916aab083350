import { Redis } from 'ioredis';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { UNKNOWN_CODES_RULE } from '../../schemas/unknown-codes.ts';
import { ProblemError } from '../problem-error.ts';
import { PATIENTLY } from '../test/patience.ts';
import { startRedis } from '../test/redis.ts';
import { UnknownCodes } from './unknown-codes.ts';

const { windowS, slowedFrom, stoppedFrom } = UNKNOWN_CODES_RULE;
const WINDOW_MS = windowS * 1000;

let nowMs: number;
let held: string[];
let codes: UnknownCodes;

beforeEach(() => {
  // At the beginning of ten minutes, so that they do not end within a test.
  nowMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS;
  held = [];
  codes = open(null);
});

function open(redis: Redis | null): UnknownCodes {
  return new UnknownCodes({
    redis,
    onHeld: (holding, client) => held.push(`${client} ${holding}`),
    onRefused: () => undefined,
    nowMs: () => nowMs,
  });
}

function ask(client: string, times: number, isUnknown: boolean, province: ProvinceCode = '410000', by = codes): void {
  for (let n = 0; n < times; n += 1) by.note(client, province, isUnknown);
}

/** What a client is told, or null where it is let in. */
function refusal(client: string, scans = 1): readonly [string, string | undefined, string | undefined] | null {
  try {
    codes.admit(client, scans);
    return null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return [error.code, error.detail, error.headers['retry-after']];
  }
}

describe('a client that guesses', () => {
  test('is let go on, is held too early, or holds up another', () => {
    ask('guesser', slowedFrom - 1, true);
    expect([refusal('guesser'), held]).toEqual([null, []]);
    ask('guesser', 1, true);
    expect(refusal('guesser')).toEqual(['unknown_codes_excessive', 'slowed', '1']);
    nowMs += 1_000;
    expect([refusal('guesser', 5), refusal('guesser')]).toEqual([null, ['unknown_codes_excessive', 'slowed', '5']]);
    ask('guesser', stoppedFrom - slowedFrom, true);
    expect(refusal('guesser')).toEqual(['unknown_codes_excessive', 'stopped', String(windowS)]);
    expect([held, refusal('another'), codes.held()]).toEqual([
      ['guesser slowed', 'guesser stopped'],
      null,
      { slowed: 0, stopped: 1 },
    ]);
  });

  test('is free at the next full ten minutes, or never again', () => {
    nowMs += WINDOW_MS - 1_000;
    ask('slowed', slowedFrom, true);
    ask('stopped', stoppedFrom, true);
    nowMs += 1_000;
    expect([refusal('slowed'), refusal('stopped')]).toEqual([
      null,
      ['unknown_codes_excessive', 'stopped', String(windowS - 1)],
    ]);
    nowMs += WINDOW_MS;
    expect([refusal('stopped'), codes.held()]).toEqual([null, { slowed: 0, stopped: 0 }]);
    ask('stopped', slowedFrom - 1, true);
    expect(refusal('stopped')).toBeNull();
  });

  test('is not found where it asks many provinces, or hides behind what others ask', () => {
    const provinces: ProvinceCode[] = ['410000', '310000', '440000', '420000', '110000', '330000'];
    for (const client of ['a', 'b', 'c', 'd']) for (const province of provinces) ask(client, 50, false, province);
    for (const province of provinces) ask('guesser', 5, true, province);
    expect(held).toEqual(['guesser slowed']);
    ask('second', slowedFrom, true);
    expect(held).toContain('second slowed');
  });
});

test('what is under way of clients that are stopped excuses the next one that guesses', () => {
  for (const client of ['a', 'b']) ask(client, stoppedFrom + UNKNOWN_CODES_RULE.usualFrom, true);
  ask('c', slowedFrom, true);
  expect(held).toEqual(['a slowed', 'a stopped', 'b slowed', 'b stopped', 'c slowed']);
});

describe('a venue', () => {
  test('that is busy is held for the codes that expired on the way', () => {
    for (let n = 0; n < 20_000; n += 1) codes.note('station', '410000', n % 12 === 0);
    expect([held, refusal('station')]).toEqual([[], null]);
  });

  test('is held because a province has lost its records', () => {
    for (let n = 0; n < 400; n += 1) for (const client of ['a', 'b', 'c']) codes.note(client, '410000', true);
    expect(held).toEqual([]);
  });

  test('is held no more, since two that guess together excuse each other', () => {
    for (let n = 0; n < stoppedFrom; n += 1) for (const client of ['a', 'b']) codes.note(client, '410000', true);
    expect(held.toSorted()).toEqual(['a slowed', 'a stopped', 'b slowed', 'b stopped']);
  });
});

test('guesses at two instances are two clients’', async () => {
  const server = await startRedis();
  const clients = [new Redis(server.url), new Redis(server.url)];
  onTestFinished(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });
  const [here, there] = [open(clients[0] ?? null), open(clients[1] ?? null)];
  ask('guesser', slowedFrom - 5, true, '410000', here);
  const counted = async () => {
    const [key = ''] = (await clients[0]?.keys('huren:unknown:*')) ?? [];
    expect(key).not.toContain('guesser');
    return await clients[0]?.hgetall(key);
  };
  await expect.poll(counted).toEqual({ '410000': String(slowedFrom - 5) });
  ask('guesser', 5, true, '410000', there);
  await vi.waitFor(() => expect(held).toEqual(['guesser slowed']), PATIENTLY);
});
