import { createHmac, randomBytes } from 'node:crypto';
import {
  answerReply,
  codeInJson,
  type ExchangeConfig,
  errorReply,
  headerOf,
  isTimely,
  plainCodes,
  type ReceivedRequest,
  sameText,
  type Wire,
  type WireTools,
} from '../../sandbox/wire.ts';

/** A plain JSON service: HMAC-SHA-256 over timestamp, nonce and the exact body bytes. */
export function signedJsonWire(config: ExchangeConfig, tools: WireTools): Wire {
  const secrets = { app_id: `huren-${randomBytes(4).toString('hex')}`, app_key: randomBytes(32).toString('hex') };
  return {
    ...plainCodes,
    secrets,
    handle: async (request) => {
      const fault = refusal(request, secrets, tools);
      if (fault !== null) return errorReply(config, 401, 'AUTH', fault);
      const token = codeInJson(request.body, config);
      if (request.path !== config.path || token === null) return errorReply(config, 400, 'BAD', 'bad request');
      return answerReply(config, tools.statementAt, await tools.answer(token));
    },
  };
}

function refusal(
  request: ReceivedRequest,
  secrets: { readonly app_id: string; readonly app_key: string },
  tools: WireTools,
): string | null {
  const timestamp = headerOf(request, 'x-timestamp');
  const nonce = headerOf(request, 'x-nonce');
  const expected = createHmac('sha256', secrets.app_key)
    .update(`${timestamp}\n${nonce}\n${request.body}`)
    .digest('hex');
  if (headerOf(request, 'x-app-id') !== secrets.app_id) return 'application unknown';
  if (tools.refusing() || !sameText(headerOf(request, 'x-signature'), expected)) return 'signature invalid';
  if (!isTimely(Number(timestamp), tools.nowMs())) return 'timestamp out of range';
  if (nonce === '' || !tools.nonces.useOnce(nonce)) return 'nonce used';
  return null;
}
