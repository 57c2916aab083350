import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, postRecord, sandboxCode, sandboxCodes, type VenueClient } from './venue-client.ts';

let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];

beforeAll(async () => {
  gateway = await startSandboxGateway();
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(() => gateway.stop());

function codeOf(province: string, scenario: string): string {
  return sandboxCode(codes, province, scenario).code;
}

describe('a time that nobody can mean', () => {
  test.each([
    ['Hainan', '460000', 'statusTime', () => Math.floor(Date.now() / 1000)],
    ['Heilongjiang', '230000', 'refreshTime', () => Date.now()],
    ['Henan, which signs,', '410000', 'updateTime', () => '1970-01-20 02:27:05'],
    ['Anhui', '340000', 'changeTime', () => '20991231000000'],
  ])('in %s makes a green, a pass or a statement about it', async (_name, province, member, time) => {
    const { record } = sandboxCode(codes, province, 'green');
    const code = await postRecord(gateway.url, province, { ...Object(record), [member]: time() });
    const reply = await venue.verify(code);
    expect(reply).toMatchObject({ status: 'indeterminate', decision: 'refer', status_as_of: null, age_s: null });
    expect(reply.reasons.map((reason) => reason.code)).toEqual(['as_of_impossible']);
    const issued = await venue.post('/v1/passes', { code, purpose: 'medical_visit' });
    expect(issued.status).toBe(200);
    expect(await issued.json()).toMatchObject({ pass: null });
  });

  test('a green of any system stands for ever', async () => {
    const { record } = sandboxCode(codes, '460000', 'green');
    const statusTime = Date.now() - 31 * 86_400_000;
    const reply = await venue.verify(await postRecord(gateway.url, '460000', { ...Object(record), statusTime }));
    expect(reply).toMatchObject({ decision: 'refer' });
    expect(reply.reasons.map((reason) => reason.code)).toEqual(['too_old']);
  });
});

describe('what scanners send', () => {
  test.each([
    ['CR', '', '\r'],
    ['CRLF', '', '\r\n'],
    ['TAB', '', '\t'],
    ['STX and ETX', '\x02', '\x03'],
    ['an AIM identifier', ']Q1', '\r'],
    ['a byte order mark', '\ufeff', ''],
    ['zero-width characters', '\u200b', '\u200b'],
  ])('%s round a code makes it unknown, at one of the doors', async (_frame, before, after) => {
    const code = `${before}${codeOf('410000', 'green')}${after}`;
    expect(await venue.verify(code)).toMatchObject({ status: 'green', decision: 'pass' });
    const asked = { code, purpose: 'medical_visit' };
    const batch = await venue.post('/v1/verifications/batch', { items: [asked] });
    expect(await batch.json()).toMatchObject({ results: [{ status: 'green' }] });
    expect((await venue.post('/v1/passes', asked)).status).toBe(201);
  });

  test.each([
    ['Anhui', '340000'],
    ['Shanghai', '310000'],
  ])('a web address of %s with scheme and host in capitals, over http, is another code', async (_name, province) => {
    const [, host = '', rest = ''] = /^https:(\/\/[^/]+)(.*)$/.exec(codeOf(province, 'green')) ?? [];
    expect(await venue.verify(`HTTP:${host.toUpperCase()}${rest}\r\n`)).toMatchObject({ status: 'green' });
  });

  test('a code typed in full-width characters is no code', async () => {
    const wide = codeOf('410000', 'green').replaceAll(/./g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));
    expect(await venue.verify(wide)).toMatchObject({ status: 'green' });
  });

  test('two codes at once are one of them, or the traveller is sent to refresh', async () => {
    const [first, second] = [codeOf('410000', 'green'), codeOf('340000', 'red')];
    for (const text of [`${first}\r\n${second}`, first + second, first + first]) {
      const problem = await venue.problem(text);
      expect(problem).toMatchObject({ code: 'code_unrecognised', detail: 'two_codes' });
      expect(problem.text.en).toContain('two codes');
      expect(problem.next.en).not.toContain('refresh');
    }
  });

  test('a text that is no code and a code that is out of date get the same advice', async () => {
    const unread = await venue.problem('YKM1ab38');
    expect(unread).toMatchObject({ code: 'code_unrecognised', detail: 'not_a_code' });
    expect(unread.next.en).toMatch(/^Check the scanner/);
    const unknown = await venue.problem(codeOf('410000', 'unknown'));
    expect(unknown).toMatchObject({ code: 'code_unrecognised', detail: 'not_known' });
    for (const stale of [unknown, await venue.problem(codeOf('410000', 'expired'))]) {
      expect(stale.next.en).toBe('Ask the holder to refresh the code, then scan again');
    }
  });

  test('a parameter that nobody reads is taken for a person, and a number in the code for a code', async () => {
    const url = new URL(codeOf('310000', 'green'));
    url.searchParams.set('t', '10000000000');
    expect(await venue.verify(url.href)).toMatchObject({ status: 'green' });
    expect(await venue.problem(`https://nobody.invalid/?t=10000000000`)).toMatchObject({
      code: 'personal_identifier_refused',
    });
  });

  test('an item that cannot be read spoils its batch', async () => {
    const good = { code: codeOf('410000', 'green'), purpose: 'medical_visit' };
    const unreadable = [
      { ...good, code: 'x'.repeat(5000) },
      { ...good, code: '' },
      { ...good, code: 7 },
      { ...good, purpose: 'debt_collection' },
      { ...good, name: 'x' },
      {},
      null,
      'YKM1',
      [good],
    ];
    const person = { ...good, code: '000000190001010017' };
    const reply = await venue.post('/v1/verifications/batch', { items: [...unreadable, person, good] });
    expect(reply.status).toBe(200);
    const { results } = z.object({ results: z.array(z.looseObject({})) }).parse(await reply.json());
    expect(results).toMatchObject([
      ...unreadable.map(() => ({ code: 'body_invalid', status: 400 })),
      { code: 'personal_identifier_refused' },
      { status: 'green' },
    ]);
    for (const body of [
      { items: [] },
      { items: 'x' },
      {},
      { items: [good], more: 1 },
      { items: Array(101).fill(good) },
    ]) {
      expect((await venue.post('/v1/verifications/batch', body)).status).toBe(400);
    }
  });
});
