import { createCipheriv } from 'node:crypto';
import type { AesHeaderConfig } from '../../../schemas/driver-config.ts';
import { UpstreamError } from '../../upstream-error.ts';
import type { Driver } from '../driver.ts';
import { formOf } from '../question.ts';
import { openEnvelopeDriver } from '../reply.ts';

/**
 * Shanghai, as published open-source code calls it. `POST <path>` with the form `code_member=token` and the headers
 * `appid`, `apiname` and `signature` = base64 of AES-128-ECB with PKCS#5 padding, under the 16 octets of secret
 * `app_key`, of appid + apiname + unix seconds. ECB is the province's choice: the signature hides nothing and proves
 * little, so what the attestation relies on is the signed statement, not this header.
 */
export const aesHeader: Driver<AesHeaderConfig> = {
  name: 'aes-header',
  open: (config, statementAt, context) =>
    openEnvelopeDriver(config, statementAt, context, (token) => {
      const appId = context.secret('app_id');
      const timestampS = Math.floor(context.nowMs() / 1000);
      return {
        method: 'POST',
        path: config.path,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          appid: appId,
          apiname: config.api_name,
          signature: encrypt(`${appId}${config.api_name}${timestampS}`, context.secret('app_key')),
        },
        body: new URLSearchParams(formOf(config, token)).toString(),
      };
    }),
};

function encrypt(text: string, secret: string): string {
  const key = Buffer.from(secret, 'utf8');
  if (key.length !== 16) throw new UpstreamError('credentials', 'the secret app_key is not 16 octets long');
  const cipher = createCipheriv('aes-128-ecb', key, null);
  return cipher.update(text, 'utf8', 'base64') + cipher.final('base64');
}
