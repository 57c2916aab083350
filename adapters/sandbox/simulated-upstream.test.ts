import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Fault } from '../../schemas/sandbox.ts';
import { sandboxCodesSchema, sandboxRequestsSchema } from '../../schemas/sandbox.ts';
import type { UpstreamFetch, UpstreamRequest } from '../drivers/driver.ts';
import { loadProvinces } from '../provinces/index.ts';
import { compileRecognisers } from '../recogniser.ts';
import {
  adapterOf,
  controlled,
  type ForkedSandbox,
  fetchFrom,
  forkSandbox,
  setFault,
  upstreamOf,
} from './sandbox.fixture.ts';

let sandbox: ForkedSandbox;
const folders = loadProvinces();
const provinces = folders.map(({ manifest }) => manifest.province);
const greens = new Map<ProvinceCode, string>();

beforeAll(async () => {
  sandbox = await forkSandbox();
  const recognise = compileRecognisers(folders.map(({ manifest }) => manifest));
  for (const { province, scenario, code } of await controlled(sandbox, sandboxCodesSchema, 'GET', '/codes')) {
    const token = recognise(code)?.token;
    if (scenario === 'green' && token !== undefined) greens.set(province, token);
  }
});
afterAll(async () => await sandbox.stop());

function greenOf(province: ProvinceCode): string {
  const token = greens.get(province);
  if (token === undefined) throw new Error(`${province} has no green`);
  return token;
}

/** Only the driver's first contact says whether a caller is let in; a driver with a session is opened anew. */
async function outcomeOf(province: ProvinceCode, override: Parameters<typeof adapterOf>[2]): Promise<string> {
  try {
    return (await adapterOf(sandbox, province, override).ask(greenOf(province))).kind;
  } catch {
    return 'refused';
  }
}

describe.each(provinces)('who may ask %s', (province) => {
  test('the right credentials, clock and nonce are let in', async () => {
    expect(await outcomeOf(province, {})).toBe('found');
  });

  test('each wrong secret is refused, so a driver that stopped signing would fail', async () => {
    const { secrets } = upstreamOf(sandbox, province);
    for (const spoilt of Object.keys(secrets)) {
      const secret = (name: string) => (name === spoilt ? wrong(secrets[name] ?? '') : (secrets[name] ?? ''));
      expect(await outcomeOf(province, { secret }), spoilt).toBe('refused');
    }
  });
});

/** Protocols that send no time of their own that a stranger's clock could spoil. */
const WITHOUT_CLOCK = ['form', 'oauth2', 'certificate'];
/** Protocols without a nonce: what was sent once is good again, as it was with the systems they are taken from. */
const WITHOUT_NONCE = ['form', 'aes-header', 'irs-token', 'certificate'];

function speakingOtherThan(drivers: readonly string[]): ProvinceCode[] {
  return folders
    .filter(({ manifest }) => !drivers.includes(manifest.driver.name))
    .map(({ manifest }) => manifest.province);
}

describe('clock and replay', () => {
  test.each(speakingOtherThan(WITHOUT_CLOCK))('%s refuses a clock that is ten minutes off', async (province) => {
    for (const offMs of [-600_000, 600_000]) {
      expect(await outcomeOf(province, { nowMs: () => Date.now() + offMs })).toBe('refused');
    }
  });

  test.each(speakingOtherThan(WITHOUT_NONCE))('%s refuses the same request a second time', async (province) => {
    const sent: UpstreamRequest[] = [];
    const real = fetchFrom(upstreamOf(sandbox, province).origin);
    const recording: UpstreamFetch = async (request) => {
      sent.push(request);
      return await real(request);
    };
    expect(await outcomeOf(province, { fetch: recording })).toBe('found');
    const [first] = sent;
    if (first === undefined) throw new Error('nothing was sent');
    await expect(adapterOf(sandbox, province, { fetch: () => real(first) }).ask(greenOf(province))).rejects.toThrow();
  });
});

/** A secret of the same shape and length that is another one. */
function wrong(secret: string): string {
  const last = secret.at(-1) === '0' ? '1' : '0';
  return `${secret.slice(0, -1)}${last}`;
}

describe('faults', () => {
  const province = '410000';
  afterEach(async () => await setFault(sandbox, province, null));

  async function raw(signal: AbortSignal | null = null): Promise<Response> {
    const { origin } = upstreamOf(sandbox, province);
    return await fetch(origin, { method: 'POST', body: '{}', redirect: 'manual', signal });
  }

  async function failureUnder(fault: Fault, signal: AbortSignal | null = null): Promise<string> {
    await setFault(sandbox, province, fault);
    try {
      return String((await (await raw(signal)).text()).length);
    } catch (error) {
      return error instanceof Error ? error.name : 'unknown';
    }
  }

  test('status answers it', async () => {
    await setFault(sandbox, province, { status: 503 });
    expect((await raw()).status).toBe(503);
  });

  test('latency delays, and then answers', async () => {
    await setFault(sandbox, province, { latencyMs: 300 });
    const before = performance.now();
    expect(await outcomeOf(province, {})).toBe('found');
    expect(performance.now() - before).toBeGreaterThan(290);
  });

  test('hang and trickle never finish', async () => {
    const patience = () => AbortSignal.timeout(1_500);
    expect(await failureUnder({ hang: true }, patience())).toBe('TimeoutError');
    expect(await failureUnder({ trickle: true }, patience())).toBe('TimeoutError');
  });

  test('reset and half_closed break off', async () => {
    expect(await failureUnder({ reset: true })).toBe('TypeError');
    expect(await failureUnder({ half_closed: true })).toBe('TypeError');
  });

  test('garbage is a 200 that is no JSON', async () => {
    await setFault(sandbox, province, { garbage: true });
    const reply = await raw();
    expect(reply.status).toBe(200);
    await expect(reply.json()).rejects.toThrow();
  });

  test('oversize is larger than any manifest allows', async () => {
    expect(Number(await failureUnder({ oversize: true }))).toBeGreaterThan(2 * 1_048_576);
  });

  test('redirect points at a place that shows in the request log when it is followed', async () => {
    await setFault(sandbox, province, { redirect: true });
    expect((await raw()).headers.get('location')).toBe('/redirected');
    const kept = await controlled(sandbox, sandboxRequestsSchema, 'GET', `/requests?province=${province}`);
    expect(kept.some(({ path }) => path === '/redirected')).toBe(false);
  });

  test('flap fails N times, then answers N times', async () => {
    await setFault(sandbox, province, { flap: 2 });
    const outcomes: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) outcomes.push((await raw()).status);
    expect(outcomes.map((status) => status === 503)).toEqual([true, true, false, false, true, true]);
  });

  test('a fault of one province leaves the others alone', async () => {
    await setFault(sandbox, province, { status: 503 });
    expect(await outcomeOf('440000', {})).toBe('found');
  });

  test('bad_signature at a system that signs nothing has it refuse the caller', async () => {
    await setFault(sandbox, '310000', { bad_signature: true });
    expect(await outcomeOf('310000', {})).toBe('refused');
    await setFault(sandbox, '310000', null);
    expect(await outcomeOf('310000', {})).toBe('found');
  });
});

test('the request log keeps a hundred and no more', async () => {
  const { origin } = upstreamOf(sandbox, '310000');
  for (let turn = 0; turn < 105; turn += 1) await fetch(`${origin}/?turn=${turn}`);
  const kept = await controlled(sandbox, sandboxRequestsSchema, 'GET', '/requests?province=310000');
  expect(kept.length).toBe(100);
  expect(kept.at(-1)?.path).toBe('/?turn=104');
});
