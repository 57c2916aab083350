import { hash } from 'node:crypto';
import type { TifConfig } from '../../../schemas/driver-config.ts';
import type { Driver } from '../driver.ts';
import { questionOf } from '../question.ts';
import { openEnvelopeDriver } from '../reply.ts';

/**
 * Guangdong's gateway family, as published open-source code calls it. `POST <path>` with JSON `{[code_member]: token}`
 * and the headers `x-tif-paasid`, `x-tif-timestamp` (unix seconds), `x-tif-nonce` and `x-tif-signature` = hex SHA-256
 * of timestamp + secret `token` + nonce + timestamp.
 */
export const tif: Driver<TifConfig> = {
  name: 'tif',
  open: (config, statementAt, context) =>
    openEnvelopeDriver(config, statementAt, context, (token) => {
      const timestamp = String(Math.floor(context.nowMs() / 1000));
      const nonce = context.nonce();
      const signed = `${timestamp}${context.secret('token')}${nonce}${timestamp}`;
      return {
        method: 'POST',
        path: config.path,
        headers: {
          'content-type': 'application/json',
          'x-tif-paasid': context.secret('paasid'),
          'x-tif-timestamp': timestamp,
          'x-tif-nonce': nonce,
          'x-tif-signature': hash('sha256', signed),
        },
        body: JSON.stringify(questionOf(config, token)),
      };
    }),
};
