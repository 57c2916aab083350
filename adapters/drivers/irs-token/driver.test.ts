import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { PATIENTLY } from '../../../gateway/test/patience.ts';
import type { IrsTokenConfig } from '../../../schemas/driver-config.ts';
import { type Answer, openLoopback, type Received } from '../loopback.fixture.ts';
import { irsToken } from './driver.ts';

const MINUTE_MS = 60_000;
const config: IrsTokenConfig = {
  name: 'irs-token',
  path: '/query',
  key_path: '/key',
  refresh_path: '/refresh',
  refresh_ahead_s: 180,
  code_member: 'qr',
  outcome: { at: '/datas/result', found: [0], expired: [1], unknown: [2] },
  record_at: '/datas/data',
  json_strings: ['/datas'],
};

/** The platform: hands out numbered secrets of a quarter of an hour, and forgets all of them when told to. */
async function openPlatform(appSecret = 'app-secret') {
  const state = {
    issued: 0,
    requestSecrets: new Set<string>(),
    refreshSecrets: new Set<string>(),
    slow: null as Promise<void> | null,
  };
  const system = await openLoopback({ app_key: 'key', app_secret: appSecret }, handle);

  function signedWithOneOf({ body }: Received, secrets: Iterable<string>): boolean {
    const form = new URLSearchParams(body);
    const [key, time, sign] = [form.get('appKey'), form.get('requestTime'), form.get('sign')];
    return [...secrets].some((secret) => createHash('md5').update(`${key}${secret}${time}`).digest('hex') === sign);
  }

  function lend(): Answer {
    const number = ++state.issued;
    state.requestSecrets.add(`request-${number}`);
    state.refreshSecrets.add(`refresh-${number}`);
    const datas = {
      requestSecret: `request-${number}`,
      requestSecretEndTime: system.clock.nowMs + 15 * MINUTE_MS,
      refreshSecret: `refresh-${number}`,
      refreshSecretEndTime: String(system.clock.nowMs + 60 * MINUTE_MS),
    };
    return { body: { code: '00', datas: JSON.stringify(datas) } };
  }

  function handle(request: Received): Answer {
    switch (request.path) {
      case '/key':
        return signedWithOneOf(request, ['app-secret']) ? lend() : { body: { code: '14', datas: '' } };
      case '/refresh':
        return signedWithOneOf(request, state.refreshSecrets) ? lend() : { body: { code: '11', datas: null } };
      default:
        return signedWithOneOf(request, state.requestSecrets)
          ? {
              body: {
                code: '00',
                datas: JSON.stringify({ result: '0', data: { mzt: new URLSearchParams(request.body).get('qr') } }),
              },
            }
          : { body: { code: '11' } };
    }
  }

  const paths = () => system.received.map(({ path }) => path);
  return { ...system, state, paths, ask: irsToken.open(config, null, system.context) };
}

describe('irs-token', () => {
  test('many callers without a secret get one for all of them', async () => {
    const { ask, paths } = await openPlatform();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`t${index}`)));
    expect(answers[7]).toEqual({ kind: 'found', record: { mzt: 't7' }, statement: null });
    expect(paths().filter((path) => path === '/key')).toHaveLength(1);
    expect(paths().filter((path) => path === '/query')).toHaveLength(20);
  });

  test('the secret is renewed before it ends, with the refresh secret, while the old one still answers', async () => {
    const { ask, paths, clock, state } = await openPlatform();
    await ask('a');
    clock.nowMs += 11 * MINUTE_MS;
    await ask('b');
    expect(paths()).toEqual(['/key', '/query', '/query']);
    clock.nowMs += 1 * MINUTE_MS;
    await Promise.all([ask('c'), ask('d')]);
    await vi.waitFor(() => expect(state.issued).toBe(2), PATIENTLY);
    expect(paths().filter((path) => path === '/refresh')).toHaveLength(1);
    expect(paths().filter((path) => path === '/key')).toHaveLength(1);
  });

  test('a secret that expired upstream is renewed once for all, and each caller tried once more', async () => {
    const { ask, paths, state } = await openPlatform();
    await ask('a');
    state.requestSecrets.clear();
    await expect(Promise.all([ask('b'), ask('c'), ask('d')])).resolves.toHaveLength(3);
    expect(state.issued).toBe(2);
    expect(paths().filter((path) => path === '/query')).toHaveLength(1 + 3 + 3);
  });

  test('when the refresh secret is lost upstream too, the application secret starts anew', async () => {
    const { ask, paths, state } = await openPlatform();
    await ask('a');
    state.requestSecrets.clear();
    state.refreshSecrets.clear();
    await expect(ask('b')).resolves.toMatchObject({ kind: 'found' });
    expect(paths()).toEqual(['/key', '/query', '/query', '/refresh', '/key', '/query']);
  });

  test('a wrong application secret is refused as bad signature', async () => {
    const { ask } = await openPlatform('wrong');
    await expect(ask('a')).rejects.toThrow(expect.objectContaining({ code: 'credentials' }));
  });

  test.each([
    ['11 twice', { code: '11' }, 'credentials'],
    ['bad signature', { code: 14 }, 'credentials'],
    ['an undeclared code', { code: '99' }, 'undeclared'],
    ['datas that is no JSON', { code: '00', datas: '{' }, 'malformed'],
    ['no datas', { code: '00' }, 'malformed'],
    ['a list', [], 'malformed'],
  ])('%s is no answer', async (_defect, body, code) => {
    const lease = { requestSecret: 'r', requestSecretEndTime: 4e12, refreshSecret: 'f', refreshSecretEndTime: 4e12 };
    const system = await openLoopback({ app_key: 'key', app_secret: 's' }, ({ path }) =>
      path === '/query' ? { body } : { body: { code: '00', datas: JSON.stringify(lease) } },
    );
    const ask = irsToken.open(config, null, system.context);
    await expect(ask('a')).rejects.toThrow(expect.objectContaining({ code }));
  });
});
