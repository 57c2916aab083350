import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemSchema } from '../../schemas/problem.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { pushEvent, signEvent } from './security-event.ts';
import {
  codeLike,
  openVenueClient,
  postRecord,
  provinceRequests,
  sandboxCode,
  sandboxCodes,
  setFault,
  type VenueClient,
} from './venue-client.ts';

const CHANGED = 'urn:huren:event:status-changed';
const FLUSH = 'urn:huren:event:adapter-flush';

let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];

beforeAll(async () => {
  gateway = await startSandboxGateway();
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(() => gateway.stop());

async function freshCode(province: string): Promise<string> {
  return await codeLike(gateway.url, sandboxCode(codes, province, 'green'));
}

async function asked(province: string): Promise<number> {
  return (await provinceRequests(gateway.url, province)).length;
}

/** Whether scanning a code asks the province. */
async function isAsked(province: string, code: string): Promise<boolean> {
  const before = await asked(province);
  expect(await venue.verify(code)).toMatchObject({ status: 'green', decision: 'pass', stale: false });
  return (await asked(province)) > before;
}

function sign(options: Partial<Parameters<typeof signEvent>[0]>): Promise<string> {
  const { url, dataDir } = gateway;
  return signEvent({ url, dataDir, province: '310000', events: { [FLUSH]: {} }, ...options });
}

async function refusal(token: string, mediaType?: string): Promise<{ status: number; code: string; detail: string }> {
  const reply = await pushEvent(gateway.url, token, mediaType);
  const { status, code, detail } = problemSchema.parse(await reply.json());
  return { status, code, detail: detail ?? '' };
}

describe('a province that says that something changed', () => {
  test('is not asked again at the next scan, or is asked at every scan', async () => {
    const code = await freshCode('310000');
    expect(await isAsked('310000', code)).toBe(true);
    expect(await isAsked('310000', code)).toBe(false);
    expect((await pushEvent(gateway.url, await sign({}))).status).toBe(202);
    expect(await isAsked('310000', code)).toBe(true);
    expect(await isAsked('310000', code)).toBe(false);
  });

  test('about one handle leaves it as it was, or has the others asked again', async () => {
    const [code, other] = [await freshCode('310000'), await freshCode('310000')];
    await venue.verify(code);
    await venue.verify(other);
    const handle = handleOf(code);
    const token = await sign({ events: { [CHANGED]: { handle } } });
    expect((await pushEvent(gateway.url, token)).status).toBe(202);
    expect(await isAsked('310000', other)).toBe(false);
    expect(await isAsked('310000', code)).toBe(true);
    // A token that is sent again is no new event.
    expect((await pushEvent(gateway.url, token)).status).toBe(202);
    expect(await isAsked('310000', code)).toBe(false);
    expect(gateway.output()).not.toContain(handle);
  });

  test('flushes another province', async () => {
    const code = await freshCode('440000');
    await venue.verify(code);
    expect((await pushEvent(gateway.url, await sign({}))).status).toBe(202);
    expect(await isAsked('440000', code)).toBe(false);
  });
});

describe('an event', () => {
  test.each([
    ['by somebody else’s key', { signer: '440000' }, 400, 'event_invalid'],
    ['by a stranger', { claims: { iss: 'https://stranger.invalid/provinces/310000' } }, 403, 'event_unauthorised'],
    ['for somebody else', { claims: { aud: 'https://other.invalid' } }, 400, 'event_invalid'],
    ['from long ago', { claims: { iat: Math.floor(Date.now() / 1000) - 3_600 } }, 400, 'event_invalid'],
    ['from the future', { claims: { iat: Math.floor(Date.now() / 1000) + 3_600 } }, 400, 'event_invalid'],
    ['without a jti', { claims: { jti: undefined } }, 400, 'event_invalid'],
    ['of a kind that is not known', { events: { 'urn:example:event': {} } }, 400, 'event_invalid'],
    ['about no handle', { events: { [CHANGED]: {} } }, 400, 'event_invalid'],
    ['typed as another token', { header: { typ: 'at+jwt' } }, 400, 'event_invalid'],
  ])('%s is taken', async (_what, options, status, code) => {
    const kept = await freshCode('310000');
    await venue.verify(kept);
    expect(await refusal(await sign(options))).toMatchObject({ status, code });
    expect(await isAsked('310000', kept)).toBe(false);
  });

  test('in another media type, too large, or that is no token, is taken, or told by another code', async () => {
    expect(await refusal(await sign({}), 'application/jwt')).toMatchObject({ code: 'media_type_unsupported' });
    expect(await refusal('a.b.c')).toMatchObject({ code: 'event_invalid' });
    expect(await refusal('')).toMatchObject({ code: 'event_invalid' });
    expect(await refusal('x'.repeat(16_384))).toMatchObject({ code: 'event_invalid' });
    expect(await refusal('x'.repeat(16_385))).toMatchObject({ status: 413, code: 'body_too_large' });
  });
});

describe('a fault that keeps the cache', () => {
  test.each([
    ['asked itself', '310000'],
    ['asked by way of its node', '420000'],
  ])('hides the earlier answer of a province that is %s, or passes it off as new', async (_way, province) => {
    const code = await freshCode(province);
    await venue.verify(code);
    await setFault(gateway.url, province, { status: 503 }, { keep_cache: true });
    const stale = await venue.verify(code);
    expect(stale).toMatchObject({ status: 'green', stale: true });
    expect(stale.reasons.map((reason) => reason.code)).toContain('stale_used');
    await setFault(gateway.url, province, { status: 503 });
    const refused = await venue.verify(code);
    expect(refused).toMatchObject({ status: 'indeterminate', decision: 'refer', stale: false });
    expect(refused.reasons.map((reason) => reason.code)).toEqual(['issuer_unavailable']);
    await setFault(gateway.url, province, null);
  });

  test('lets an old red restrict', async () => {
    const red = codes.find(({ province, scenario }) => province === '410000' && scenario === 'red');
    const code = await postRecord(gateway.url, '410000', red?.record);
    expect(await venue.verify(code)).toMatchObject({ status: 'red', decision: 'restrict' });
    await setFault(gateway.url, '410000', { hang: true }, { keep_cache: true });
    expect(await venue.verify(code)).toMatchObject({
      status: 'indeterminate',
      decision: 'refer',
      stale: true,
      evidence: [],
    });
    await setFault(gateway.url, '410000', null);
  });
});

test('cache, invalidation and stale answers are not counted', async () => {
  const code = await freshCode('310000');
  for (const _scan of ['cold', 'cached']) await venue.verify(code);
  await setFault(gateway.url, '310000', { status: 503 }, { keep_cache: true });
  expect(await venue.verify(code)).toMatchObject({ stale: true });
  await setFault(gateway.url, '310000', null);
  expect((await pushEvent(gateway.url, await sign({}))).status).toBe(202);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toMatch(/huren_cache_total\{tier="l1",result="hit"\} [1-9]/);
  expect(metrics).toMatch(/huren_cache_total\{tier="l1",result="stale"\} [1-9]/);
  expect(metrics).toMatch(/huren_invalidation_seconds_count [1-9]/);
  for (const path of ['cold', 'cached', 'stale']) {
    expect(metrics).toMatch(new RegExp(`huren_verification_seconds_count\\{path="${path}"\\} [1-9]`));
  }
});

/** Shanghai's records name no holder, so its handle is the code's own token. */
function handleOf(code: string): string {
  return new URL(code).pathname.slice(1);
}
