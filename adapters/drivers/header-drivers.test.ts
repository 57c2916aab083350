import { createDecipheriv, createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { aesHeader } from './aes-header/driver.ts';
import type { DriverContext } from './driver.ts';
import { form } from './form/driver.ts';
import { jkm } from './jkm/driver.ts';
import { type Answer, memberOf, NOW_MS, OUTCOME, openLoopback, type Received } from './loopback.fixture.ts';
import { signedJson } from './signed-json/driver.ts';
import { tif } from './tif/driver.ts';

const FOUND = { body: { code: 0, data: { colour: 1 } } };
const REFUSED = { status: 401, body: {} };
const FOUND_ANSWER = { kind: 'found', record: { colour: 1 }, statement: null };
const settings = { path: '/ask', code_member: 'code', outcome: OUTCOME, record_at: '/data' };
const credentials = expect.objectContaining({ code: 'credentials' });
const when = (good: boolean): Answer => (good ? FOUND : REFUSED);

/** The system holds `held`; the operator was given `given`, or the same. */
const SECRETS = { paasid: 'p', token: 's3cret', app_id: 'app', app_key: 'sixteen-octets-k' };
const WRONG = { ...SECRETS, token: 'other', app_key: 'another-16-octet' };

function tifSystem({ headers, body }: Received): Answer {
  const timestamp = String(NOW_MS / 1000);
  const signed = `${timestamp}${SECRETS.token}${headers['x-tif-nonce']}${timestamp}`;
  const signature = createHash('sha256').update(signed).digest('hex');
  return when(
    headers['x-tif-paasid'] === 'p' &&
      headers['x-tif-timestamp'] === timestamp &&
      headers['x-tif-signature'] === signature &&
      headers['content-type'] === 'application/json' &&
      memberOf(body, 'code') === 'tok',
  );
}

function hmacHolds({ headers, body }: Received): boolean {
  const signed = `${NOW_MS}\n${headers['x-nonce']}\n${body}`;
  const signature = createHmac('sha256', SECRETS.app_key).update(signed).digest('hex');
  return (
    headers['x-app-id'] === 'app' && headers['x-timestamp'] === String(NOW_MS) && headers['x-signature'] === signature
  );
}

function aesSystem({ headers, body }: Received): Answer {
  const decipher = createDecipheriv('aes-128-ecb', SECRETS.app_key, null);
  try {
    const plain = decipher.update(String(headers['signature']), 'base64', 'utf8') + decipher.final('utf8');
    return when(headers['appid'] === 'app' && plain === `appapi${NOW_MS / 1000}` && body === 'code=tok%2B%2F');
  } catch {
    return REFUSED;
  }
}

describe('each system accepts its own authentication and refuses a wrong one', () => {
  test('tif', async () => {
    const system = await openLoopback(SECRETS, tifSystem);
    const config = { name: 'tif', ...settings } as const;
    await expect(tif.open(config, null, system.context)('tok')).resolves.toEqual(FOUND_ANSWER);
    const wrong = await openLoopback(WRONG, tifSystem);
    await expect(tif.open(config, null, wrong.context)('tok')).rejects.toThrow(credentials);
  });

  test('signed-json', async () => {
    const handle = (request: Received) => when(hmacHolds(request) && memberOf(request.body, 'code') === 'tok');
    const config = { name: 'signed-json', ...settings } as const;
    const system = await openLoopback(SECRETS, handle);
    await expect(signedJson.open(config, null, system.context)('tok')).resolves.toEqual(FOUND_ANSWER);
    const wrong = await openLoopback(WRONG, handle);
    await expect(signedJson.open(config, null, wrong.context)('tok')).rejects.toThrow(credentials);
  });

  test('aes-header', async () => {
    const config = { name: 'aes-header', api_name: 'api', ...settings } as const;
    const system = await openLoopback(SECRETS, aesSystem);
    await expect(aesHeader.open(config, null, system.context)('tok+/')).resolves.toEqual(FOUND_ANSWER);
    const wrong = await openLoopback(WRONG, aesSystem);
    await expect(aesHeader.open(config, null, wrong.context)('tok+/')).rejects.toThrow(credentials);
    const short = await openLoopback({ ...SECRETS, app_key: 'short' }, aesSystem);
    await expect(aesHeader.open(config, null, short.context)('tok')).rejects.toThrow(credentials);
    expect(short.received).toEqual([]);
  });

  test('form', async () => {
    const fields = [{ name: 'source', value: 'huren' }];
    const config = { name: 'form', token_member: 'token', fields, ...settings } as const;
    const handle = ({ body }: Received) =>
      when(new URLSearchParams(body).toString() === 'source=huren&code=t%26k&token=s3cret');
    const system = await openLoopback(SECRETS, handle);
    await expect(form.open(config, null, system.context)('t&k')).resolves.toEqual(FOUND_ANSWER);
    const wrong = await openLoopback(WRONG, handle);
    await expect(form.open(config, null, wrong.context)('t&k')).rejects.toThrow(credentials);
  });

  test('jkm', async () => {
    const handle = (request: Received) =>
      when(hmacHolds(request) && memberOf(request.body, 'code') === '07'.repeat(21));
    const config = { name: 'jkm', ...settings } as const;
    const code = Buffer.concat([Buffer.from('JKM'), Buffer.alloc(21, 7)]).toString('base64');
    const system = await openLoopback(SECRETS, handle);
    await expect(jkm.open(config, null, system.context)(code)).resolves.toEqual(FOUND_ANSWER);
    const wrong = await openLoopback(WRONG, handle);
    await expect(jkm.open(config, null, wrong.context)(code)).rejects.toThrow(credentials);
  });
});

describe('what is decided before the system is asked', () => {
  test.each([
    ['another marker', Buffer.concat([Buffer.from('JKX'), Buffer.alloc(21)]).toString('base64')],
    ['too few octets', Buffer.concat([Buffer.from('JKM'), Buffer.alloc(15)]).toString('base64')],
    [
      'stray bits',
      `${Buffer.concat([Buffer.from('JKM'), Buffer.alloc(16)])
        .toString('base64')
        .slice(0, -2)}B=`,
    ],
    ['no base64', 'JKM'],
  ])('a jkm code with %s is unknown', async (_defect, code) => {
    const system = await openLoopback(SECRETS, () => FOUND);
    const answer = await jkm.open({ name: 'jkm', ...settings }, null, system.context)(code);
    expect([answer, system.received]).toEqual([{ kind: 'absent', why: 'unknown' }, []]);
  });
});

describe('a question that stands in an object', () => {
  const nested = { ...settings, within: '/a~1b/c', fields: [{ name: 'source', value: 'huren' }] };
  const asked = (body: string) => JSON.parse(body);

  test.each([
    ['tif', (context: DriverContext) => tif.open({ name: 'tif', ...nested }, null, context)],
    ['signed-json', (context: DriverContext) => signedJson.open({ name: 'signed-json', ...nested }, null, context)],
  ])('%s sends it flat', async (_name, open) => {
    const system = await openLoopback(SECRETS, () => FOUND);
    await open(system.context)('tok');
    expect(asked(system.received[0]?.body ?? '')).toEqual({ 'a/b': { c: { source: 'huren', code: 'tok' } } });
  });

  test.each([
    ['form', (context: DriverContext) => form.open({ name: 'form', token_member: 'token', ...nested }, null, context)],
    [
      'aes-header',
      (context: DriverContext) => aesHeader.open({ name: 'aes-header', api_name: 'api', ...nested }, null, context),
    ],
  ])('%s, a form, sends no JSON in its field', async (_name, open) => {
    const system = await openLoopback(SECRETS, () => FOUND);
    await open(system.context)('tok');
    const field = new URLSearchParams(system.received[0]?.body).get('a/b');
    expect(asked(field ?? '')).toEqual({ c: { source: 'huren', code: 'tok' } });
  });
});
