import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Answer, memberOf, openLoopback, type Received } from '../loopback.fixture.ts';
import { deviceReader } from './driver.ts';

const SECRETS = { sn: 'SN-1', authorization_code: 'auth-1', app_key: 'app-key', device_key: 'device-key' };
const outcome = {
  at: '/code',
  found: [10000],
  expired: [40007],
  unknown: [40008],
  refused: [10006, 40000],
  busy: [40006, 40017, 40019],
};
const config = { name: 'device-reader', path: '/read', code_member: 'qrCode', outcome, record_at: '/data' } as const;

function system({ body }: Received): Answer {
  const [nonce, timestamp] = [memberOf(body, 'nonce'), memberOf(body, 'timestamp')];
  const signed = ['SN-1', 'auth-1', nonce, timestamp, 'tok'].join('\n');
  const mac = (key: string) => createHmac('sha256', key).update(signed).digest('hex');
  if (memberOf(body, 'sign') !== mac('app-key')) return { body: { code: 10006 } };
  if (memberOf(body, 'devSign') !== mac('device-key')) return { body: { code: '40000' } };
  const good = memberOf(body, 'sn') === 'SN-1' && memberOf(body, 'authorizationCode') === 'auth-1';
  return {
    body: good && memberOf(body, 'qrCode') === 'tok' ? { code: 10000, data: { qrCodeType: 0 } } : { code: 40000 },
  };
}

describe('device-reader', () => {
  test('both signatures are made, and a wrong one of either is our credentials’ fault', async () => {
    const good = await openLoopback(SECRETS, system);
    await expect(deviceReader.open(config, null, good.context)('tok')).resolves.toMatchObject({
      record: { qrCodeType: 0 },
    });
    for (const name of ['app_key', 'device_key', 'sn', 'authorization_code']) {
      const wrong = await openLoopback({ ...SECRETS, [name]: 'wrong' }, system);
      const asked = deviceReader.open(config, null, wrong.context)('tok');
      await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'credentials' }));
    }
  });

  test.each([
    [10006, 'credentials'],
    ['40000', 'credentials'],
    ['40006', 'busy'],
    [40017, 'busy'],
    [40019, 'busy'],
    [12345, 'undeclared'],
  ])('a return code %j is not %s, or asks again at once', async (returned, code) => {
    const { context, received } = await openLoopback(SECRETS, () => ({ body: { code: returned } }));
    await expect(deviceReader.open(config, null, context)('tok')).rejects.toThrow(expect.objectContaining({ code }));
    expect(received).toHaveLength(1);
  });

  test('an expired code is an answer', async () => {
    const { context } = await openLoopback(SECRETS, () => ({ body: { code: 40007 } }));
    await expect(deviceReader.open(config, null, context)('tok')).resolves.toEqual({ kind: 'absent', why: 'expired' });
  });
});
