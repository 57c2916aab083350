import type { DeviceReaderConfig } from '../../../schemas/driver-config.ts';
import type { Driver, DriverContext, UpstreamRequest } from '../driver.ts';
import { hmacSha256 } from '../hmac-sha256.ts';
import { questionOf } from '../question.ts';
import { openEnvelopeDriver } from '../reply.ts';

/**
 * The national reader family (members are those of published open-source code; how the signatures are
 * made was not published and is a sandbox assumption). `POST <path>` with JSON `{sn, authorizationCode, nonce,
 * timestamp, [code_member]: token, sign, devSign}`, `timestamp` a string of unix milliseconds. Both signatures are hex
 * HMAC-SHA-256 of sn, authorizationCode, nonce, timestamp and token joined by "\n": `sign` under secret `app_key`,
 * `devSign` under secret `device_key`.
 *
 * Its return codes are declared in the manifest as everybody's: 10000 good, 40007 code expired, 10006 bad sign and 40000
 * device not authorised (`refused`), 40006 a third party is busy, 40017 try again and 40019 maintenance (`busy`). Nothing
 * is tried again at once: a reader that says so to everybody would be asked twice as much.
 */
export const deviceReader: Driver<DeviceReaderConfig> = {
  name: 'device-reader',
  open: (config, statementAt, context) =>
    openEnvelopeDriver(config, statementAt, context, (token) => signedQuestion(config, token, context)),
};

function signedQuestion(config: DeviceReaderConfig, token: string, context: DriverContext): UpstreamRequest {
  const sn = context.secret('sn');
  const authorizationCode = context.secret('authorization_code');
  const nonce = context.nonce();
  const timestamp = String(context.nowMs());
  const signed = [sn, authorizationCode, nonce, timestamp, token].join('\n');
  const sign = hmacSha256(context.secret('app_key'), signed);
  const devSign = hmacSha256(context.secret('device_key'), signed);
  return {
    method: 'POST',
    path: config.path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...questionOf(config, token), sn, authorizationCode, nonce, timestamp, sign, devSign }),
  };
}
