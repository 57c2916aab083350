import { createHmac } from 'node:crypto';
import type { DeviceReaderConfig } from '../../../schemas/driver-config.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { localKey } from '../../local-value.ts';
import { compilePointer } from '../../pointer.ts';
import { UpstreamError } from '../../upstream-error.ts';
import type { Ask, Driver, DriverContext, UpstreamRequest } from '../driver.ts';
import { compileEnvelope, readJson } from '../envelope.ts';

/**
 * The national reader family (members and return codes are those of published open-source code; how the signatures are
 * made was not published and is a sandbox assumption). `POST <path>` with JSON `{sn, authorizationCode, nonce,
 * timestamp, [code_member]: token, sign, devSign}`, `timestamp` a string of unix milliseconds. Both signatures are hex
 * HMAC-SHA-256 of sn, authorizationCode, nonce, timestamp and token joined by "\n": `sign` under secret `app_key`,
 * `devSign` under secret `device_key`.
 *
 * Return codes at `outcome.at`: 10000 good and 40007 code expired are declared in the manifest; 10006 bad sign and
 * 40000 device not authorised are our credentials' fault; 40006 a third party is busy; 40017 asks to try again, which
 * is done once; 40019 is maintenance.
 */
export const deviceReader: Driver<DeviceReaderConfig> = {
  name: 'device-reader',
  secrets: ['sn', 'authorization_code', 'app_key', 'device_key'],
  open: openDeviceReader,
};

const TRY_AGAIN = '40017';

function openDeviceReader(config: DeviceReaderConfig, statementAt: string | null, context: DriverContext): Ask {
  const read = compileEnvelope(config, statementAt);
  const code = compilePointer(config.outcome.at);

  async function post(token: string): Promise<{ readonly body: JsonValue; readonly returned: string | null }> {
    const body = readJson(await context.fetch(signedQuestion(config, token, context)));
    return { body, returned: localKey(code(body)) };
  }

  return async (token) => {
    let reply = await post(token);
    if (reply.returned === TRY_AGAIN) reply = await post(token);
    throwForReturned(reply.returned);
    return read(reply.body);
  };
}

function throwForReturned(returned: string | null): void {
  switch (returned) {
    case '10006':
    case '40000':
      throw new UpstreamError('credentials', 'the province refused our credentials');
    case '40006':
    case TRY_AGAIN:
      throw new UpstreamError('busy', 'the province is too busy to answer');
    case '40019':
      throw new UpstreamError('status', 'the province is under maintenance');
  }
}

function signedQuestion(config: DeviceReaderConfig, token: string, context: DriverContext): UpstreamRequest {
  const sn = context.secret('sn');
  const authorizationCode = context.secret('authorization_code');
  const nonce = context.nonce();
  const timestamp = String(context.nowMs());
  const signed = [sn, authorizationCode, nonce, timestamp, token].join('\n');
  const sign = createHmac('sha256', context.secret('app_key')).update(signed).digest('hex');
  const devSign = createHmac('sha256', context.secret('device_key')).update(signed).digest('hex');
  return {
    method: 'POST',
    path: config.path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ [config.code_member]: token, sn, authorizationCode, nonce, timestamp, sign, devSign }),
  };
}
