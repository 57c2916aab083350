import { describe, expect, test } from 'vitest';
import type { PlainJsonConfig } from '../../../schemas/driver-config.ts';
import { type Answer, OUTCOME, openLoopback, type Received } from '../loopback.fixture.ts';
import { plainJson } from './driver.ts';

const SECRETS = { key: 'k3y', app: 'a&p', token: 't0ken' };
const config: PlainJsonConfig = {
  name: 'plain-json',
  path: '/api/v1/query',
  code_member: 'qrCode',
  within: '/bizExtData',
  fields: [{ name: 'source', value: 'huren' }],
  outcome: OUTCOME,
  record_at: '/content',
  json_strings: ['/content'],
  credentials: [
    { in: 'header', name: 'x-api-key', secret: 'key' },
    { in: 'query', name: 'appId', secret: 'app' },
    { in: 'body', at: '/bizExtData/auth/token', secret: 'token' },
  ],
};

function system({ path, headers, body }: Received): Answer {
  const good =
    path === '/api/v1/query?appId=a%26p' &&
    headers['x-api-key'] === 'k3y' &&
    headers['content-type'] === 'application/json' &&
    body === '{"bizExtData":{"source":"huren","qrCode":"t\\"k","auth":{"token":"t0ken"}}}';
  return good ? { body: { code: 0, content: '{"colour":1}' } } : { status: 403, body: {} };
}

describe('plain-json', () => {
  test('a nested question with every credential in its place is not what is sent', async () => {
    const { context } = await openLoopback(SECRETS, system);
    await expect(plainJson.open(config, null, context)('t"k')).resolves.toEqual({
      kind: 'found',
      record: { colour: 1 },
      statement: null,
    });
  });

  test.each(['k3y\n', ' k3y', 'k3y\r\nx-other: 1', ''])('a header that would be %j is sent', async (key) => {
    const { context, received } = await openLoopback({ ...SECRETS, key }, system);
    await expect(plainJson.open(config, null, context)('t"k')).rejects.toMatchObject({ code: 'credentials' });
    expect(received).toEqual([]);
  });

  test.each(['key', 'app', 'token'])('a wrong %s is not our credentials’ fault', async (name) => {
    const { context } = await openLoopback({ ...SECRETS, [name]: 'wrong' }, system);
    await expect(plainJson.open(config, null, context)('t"k')).rejects.toMatchObject({ code: 'credentials' });
  });
});
