import type { FormConfig } from '../../../schemas/driver-config.ts';
import type { Driver } from '../driver.ts';
import { formOf } from '../question.ts';
import { openEnvelopeDriver } from '../reply.ts';

/**
 * Jiangsu's shape, as published open-source code has it. `POST <path>` as application/x-www-form-urlencoded with
 * `code_member=token`, the manifest's constant `fields` (source, position, verifierDept, verifierName) and
 * `token_member` = secret `token`. The constants are the same for every venue, so the province learns nothing about
 * where somebody is.
 */
export const form: Driver<FormConfig> = {
  name: 'form',
  open: (config, statementAt, context) =>
    openEnvelopeDriver(config, statementAt, context, (token) => ({
      method: 'POST',
      path: config.path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams([...formOf(config, token), [config.token_member, context.secret('token')]]).toString(),
    })),
};
