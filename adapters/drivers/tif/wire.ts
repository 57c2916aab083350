import { createHash, randomBytes } from 'node:crypto';
import type { TifConfig } from '../../../schemas/driver-config.ts';
import {
  answerReply,
  codeInJson,
  errorReply,
  headerOf,
  isTimely,
  plainCodes,
  type ReceivedRequest,
  sameText,
  type Wire,
  type WireTools,
} from '../../sandbox/wire.ts';

/** Guangdong's gateway family: SHA-256 over timestamp, token, nonce, timestamp in four headers. */
export function tifWire(config: TifConfig, tools: WireTools): Wire {
  const secrets = { paasid: `huren-${randomBytes(4).toString('hex')}`, token: randomBytes(24).toString('hex') };
  return {
    ...plainCodes,
    secrets,
    handle: async (request) => {
      const fault = refusal(request, secrets, tools);
      if (fault !== null) return errorReply(config, 401, fault.code, fault.message);
      const token = codeInJson(request.body, config);
      if (request.path !== config.path || token === null) return errorReply(config, 400, 40000, 'bad request');
      return answerReply(config, tools.statementAt, await tools.answer(token));
    },
  };
}

interface Refusal {
  readonly code: number;
  readonly message: string;
}

function refusal(
  request: ReceivedRequest,
  secrets: { readonly paasid: string; readonly token: string },
  tools: WireTools,
): Refusal | null {
  const timestamp = headerOf(request, 'x-tif-timestamp');
  const nonce = headerOf(request, 'x-tif-nonce');
  const expected = createHash('sha256').update(`${timestamp}${secrets.token}${nonce}${timestamp}`).digest('hex');
  if (headerOf(request, 'x-tif-paasid') !== secrets.paasid) return { code: 40100, message: 'paasid unknown' };
  const signature = headerOf(request, 'x-tif-signature').toLowerCase();
  if (tools.refusing() || !sameText(signature, expected)) return { code: 40101, message: 'signature invalid' };
  if (!isTimely(Number(timestamp) * 1000, tools.nowMs())) return { code: 40102, message: 'timestamp out of range' };
  if (nonce === '' || !tools.nonces.useOnce(nonce)) return { code: 40103, message: 'nonce used' };
  return null;
}
