import type { SignedJsonConfig } from '../../../schemas/driver-config.ts';
import type { Driver, DriverContext, UpstreamRequest } from '../driver.ts';
import { hmacSha256 } from '../hmac-sha256.ts';
import { questionOf } from '../question.ts';
import { openEnvelopeDriver } from '../reply.ts';

/**
 * Sandbox assumption for systems whose interface was never published. `POST <path>` with JSON `{[code_member]: token}`
 * and the headers `x-app-id`, `x-timestamp` (unix milliseconds), `x-nonce` and
 * `x-signature` = hex HMAC-SHA-256, under secret `app_key`, of timestamp + "\n" + nonce + "\n" + body.
 */
export const signedJson: Driver<SignedJsonConfig> = {
  name: 'signed-json',
  open: (config, statementAt, context) =>
    openEnvelopeDriver(config, statementAt, context, (token) =>
      signedPost(config.path, JSON.stringify(questionOf(config, token)), context),
    ),
};

/** A JSON POST whose bytes, time and nonce are under one HMAC. Throws UpstreamError `credentials` without secrets. */
export function signedPost(path: string, body: string, context: DriverContext): UpstreamRequest {
  const timestamp = String(context.nowMs());
  const nonce = context.nonce();
  const signature = hmacSha256(context.secret('app_key'), `${timestamp}\n${nonce}\n${body}`);
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      'x-app-id': context.secret('app_id'),
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-signature': signature,
    },
    body,
  };
}
