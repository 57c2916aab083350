import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Fault } from '../../schemas/sandbox.ts';
import type { UpstreamFetch, UpstreamReply } from '../drivers/driver.ts';
import { loadProvinces } from '../provinces/index.ts';
import { UpstreamError } from '../upstream-error.ts';
import { checkExchanges } from './documented-exchanges.ts';
import { checkLive, LIVE_DEFAULTS } from './live-checks.ts';
import type { LiveTarget } from './live-target.ts';
import { type SimulatedTarget, startSimulatedTarget } from './simulated-target.ts';

const PATIENT = { ...LIVE_DEFAULTS, latencyCalls: 3, faultTimeoutMs: 1000 };
const folders = loadProvinces();

/** Henan signs its statements and has text values; every test breaks one thing of it. */
let henan: SimulatedTarget;

const OBJECT = z.record(z.string(), z.json());

function henanFolder() {
  const folder = folders.find(({ manifest }) => manifest.province === '410000');
  if (folder === undefined) throw new Error('Henan has no folder');
  return folder;
}

beforeAll(async () => {
  const folder = henanFolder();
  henan = await startSimulatedTarget(folder.manifest, folder.scenarios, Date.now);
});
afterAll(() => henan.close());
afterEach(() => {
  vi.restoreAllMocks();
  henan.target.setFault?.(null);
});

async function codesOf(changes: Partial<LiveTarget>): Promise<string[]> {
  const { findings } = await checkLive({ ...henan.target, setFault: null, ...changes }, PATIENT);
  return [...new Set(findings.map(({ code }) => code))].sort();
}

/** The real wire with every reply passed through `change`. */
function rewriting(change: (reply: UpstreamReply, sentAtMs: number) => UpstreamReply): Partial<LiveTarget> {
  return {
    fetchWithin: (limits): UpstreamFetch => {
      const real = henan.target.fetchWithin(limits);
      return async (request) => change(await real(request), Number(request.headers['x-timestamp']));
    },
  };
}

function replaced(body: Uint8Array, part: string | RegExp, by: string): Uint8Array {
  return Buffer.from(Buffer.from(body).toString('utf8').replace(part, by));
}

function scenarioCode(name: string) {
  const found = henan.target.codes.find(({ scenario }) => scenario.scenario === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

describe('a broken upstream', () => {
  test('the sound one is found fault with', async () => {
    expect(await codesOf({})).toEqual([]);
  });

  test('an upstream that answers nobody passes', async () => {
    expect(await codesOf(rewriting((reply) => ({ ...reply, status: 500 })))).toContain('live_failed');
  });

  test('an upstream that is away is five faults, or is given a good mark for anything', async () => {
    const away: Partial<LiveTarget> = {
      fetchWithin: () => () => Promise.reject(new UpstreamError('connect_failed', 'nothing listens')),
    };
    const outcome = await checkLive({ ...henan.target, ...away, setFault: null }, PATIENT);
    expect(outcome.findings.map(({ code }) => code)).toEqual(['live_unreachable']);
    expect(outcome.checks).toEqual([{ name: 'the upstream answers', passed: false }]);
    expect(outcome.latency).toBe(null);
  });

  test('a red that is shown where a green was declared passes', async () => {
    const codes = [{ code: scenarioCode('red').code, scenario: scenarioCode('green').scenario }];
    expect(await codesOf({ codes })).toContain('live_status');
  });

  test('an upstream that looks at no signature passes', async () => {
    let good: UpstreamReply | undefined;
    const lenient = rewriting((reply) => {
      if (reply.status === 200) good ??= reply;
      return reply.status === 401 ? (good ?? reply) : reply;
    });
    expect(await codesOf(lenient)).toContain('credentials_unchecked');
  });

  test('a refusal that looks like an outage passes', async () => {
    const outage = rewriting((reply) => (reply.status === 401 ? { ...reply, status: 500 } : reply));
    expect(await codesOf(outage)).toEqual(['credentials_misread']);
  });

  test('expired codes that read as unknown pass', async () => {
    const blurred = rewriting((reply) => ({ ...reply, body: replaced(reply.body, '"2001"', '"2002"') }));
    expect(await codesOf(blurred)).toEqual(['absence_confused']);
  });

  test('an upstream that answers codes it never issued passes', async () => {
    const { body } = await askDirectly();
    expect(await codesOf(rewriting((reply) => ({ ...reply, body })))).toContain('absence_confused');
  });

  test('a statement that contradicts its record passes', async () => {
    const payload = Buffer.from('{"status":"yellow"}').toString('base64url');
    const forged = rewriting((reply) => ({
      ...reply,
      body: replaced(reply.body, /("statement":"[\w-]+\.)[\w-]+/, `$1${payload}`),
    }));
    expect(await codesOf(forged)).toEqual(['statement_mismatch']);
  });

  test('a clock that is off and turns a green red passes', async () => {
    const green = await askDirectly();
    const red = { ...green, body: replaced(green.body, '"color":"G"', '"color":"R"') };
    const turning = rewriting((reply, sentAtMs) => (Math.abs(sentAtMs - Date.now()) > 300_000 ? red : reply));
    expect(await codesOf(turning)).toEqual(['skew_changes_status']);
  });

  test('replies that take as long as they may go unnoticed', async () => {
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += henan.target.manifest.upstream.timeout_ms));
    expect(await codesOf({})).toEqual(['latency_high']);
  });

  test('a test without any known code looks like one that passed in full', async () => {
    expect(await codesOf({ codes: [] })).toEqual(['live_unprobed']);
  });

  test('a report quotes what the upstream said about a person', async () => {
    const talking = rewriting((reply) => ({
      ...reply,
      body: Buffer.from('{"code":"0000","data":{"color":"王某某","name":"王某某"}}'),
    }));
    const outcome = await checkLive({ ...henan.target, ...talking, setFault: null }, PATIENT);
    expect(outcome.findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(outcome)).not.toContain('王某某');
  });
});

describe('what the documentation of a system shows', () => {
  const { scenarios } = henanFolder();
  const [recordOf] = scenarios.scenarios.filter(({ scenario }) => scenario === 'green');
  const exchange = {
    scenario: 'green',
    token: 'documented-token',
    at: '2022-01-01T00:01:00+08:00',
    request: { path: henanFolder().manifest.driver.path, has: ['documented-token'] },
    reply: {
      status: 200,
      content_type: 'application/json',
      body: JSON.stringify({ code: '0000', data: OBJECT.parse(recordOf?.record), statement: 'a.b.c' }),
    },
  };
  const found = async (changed: Partial<typeof exchange>) => {
    const target = { ...henan.target, scenarios: { ...scenarios, exchanges: [{ ...exchange, ...changed }] } };
    return (await checkExchanges(target)).map(({ code }) => code);
  };

  test('is found fault with where it is asked and read so', async () => {
    expect(await found({})).toEqual([]);
  });

  test('passes although the question goes elsewhere, or lacks a member', async () => {
    expect(await found({ request: { ...exchange.request, path: '/another' } })).toEqual(['exchange_misasked']);
    const has = ['"another_member":"documented-token"'];
    expect(await found({ request: { ...exchange.request, has } })).toEqual(['exchange_misasked']);
  });

  test('passes although the reply has another shape, or leads elsewhere', async () => {
    const wrapped = { ...exchange.reply, body: `{"code":"0000","result":${exchange.reply.body}}` };
    expect(await found({ reply: wrapped })).toEqual(['exchange_misread']);
    expect(await found({ scenario: 'red' })).toEqual(['exchange_misread']);
    expect(await found({ scenario: 'no-such' })).toEqual(['exchange_misread']);
  });
});

describe('faults', () => {
  const codesUnder = (setFault: (fault: Fault) => void) => codesOf({ setFault });
  const really = (fault: Fault) => henan.target.setFault?.(fault);

  test('a fault that is answered as if nothing were wrong passes', async () => {
    expect(await codesUnder(() => undefined)).toEqual(['fault_answered']);
  });

  test('every fault may come out as the same error', async () => {
    expect(await codesUnder((fault) => really(fault === null ? null : { status: 503 }))).toEqual(['fault_misread']);
  });

  test('a fault that stays is not noticed', async () => {
    expect(await codesUnder((fault) => fault !== null && really(fault))).toContain('fault_lasting');
  });
});

describe('every province and its simulated upstream', () => {
  const found = new Map<string, string[]>();

  beforeAll(async () => {
    const tried = folders.map(async ({ manifest, scenarios }) => {
      const { target, close } = await startSimulatedTarget(manifest, scenarios, Date.now);
      try {
        const { findings } = await checkLive(target, PATIENT);
        const failed = findings.filter(({ severity }) => severity === 'fail');
        found.set(
          manifest.province,
          failed.map(({ code, at, detail }) => `${code} ${at}: ${detail}`),
        );
      } finally {
        close();
      }
    });
    await Promise.all(tried);
  });

  test.each(folders)('$manifest.province does not pass the live checks', ({ manifest }) => {
    expect(found.get(manifest.province)).toEqual([]);
  });
});

/** One good reply of the real wire, for a green. */
async function askDirectly(): Promise<UpstreamReply> {
  let kept: UpstreamReply | undefined;
  const keeping = rewriting((reply) => {
    kept ??= reply;
    return reply;
  });
  await checkLive({ ...henan.target, ...keeping, setFault: null, codes: [scenarioCode('green')] }, PATIENT);
  if (kept === undefined) throw new Error('nothing was answered');
  return kept;
}
