import type { PlainJsonConfig } from '../../../schemas/driver-config.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { UpstreamError } from '../../upstream-error.ts';
import { withValueAt } from '../../with-value-at.ts';
import type { Driver, DriverContext, UpstreamRequest } from '../driver.ts';
import { questionOf } from '../question.ts';
import { openEnvelopeDriver } from '../reply.ts';

/**
 * A JSON service with secrets that stay the same (Hebei's shape, as published open-source code has it). `POST <path>` with
 * the question as JSON, and each of `credentials` where it says: a header, a parameter of the query, a member of the body.
 * Nothing is signed, so whoever reads one request can make others: that is the province's choice. A secret in the query
 * ends up in the logs of whatever stands between; declare it only where the system takes it nowhere else.
 */
export const plainJson: Driver<PlainJsonConfig> = {
  name: 'plain-json',
  open: (config, statementAt, context) =>
    openEnvelopeDriver(config, statementAt, context, (token) => plainRequest(config, token, context)),
};

/** A line break that a file ended with would end the header too, or the request. */
function headerValue(secret: string): string {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(secret)) return secret;
  throw new UpstreamError('credentials', 'a secret that belongs in a header has letters that no header has');
}

function plainRequest(config: PlainJsonConfig, token: string, context: DriverContext): UpstreamRequest {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const query = new URLSearchParams();
  let body: JsonValue = { ...questionOf(config, token) };
  for (const credential of config.credentials) {
    const secret = context.secret(credential.secret);
    if (credential.in === 'header') headers[credential.name] = headerValue(secret);
    else if (credential.in === 'query') query.append(credential.name, secret);
    else body = withValueAt(body, credential.at, secret);
  }
  const path = query.size === 0 ? config.path : `${config.path}?${query}`;
  return { method: 'POST', path, headers, body: JSON.stringify(body) };
}
