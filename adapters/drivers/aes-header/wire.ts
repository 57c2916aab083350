import { createDecipheriv, randomBytes } from 'node:crypto';
import type { AesHeaderConfig } from '../../../schemas/driver-config.ts';
import {
  answerReply,
  codeInForm,
  errorReply,
  headerOf,
  isTimely,
  plainCodes,
  type ReceivedRequest,
  type Wire,
  type WireTools,
} from '../../sandbox/wire.ts';

/** Shanghai's family: the `signature` header is AES-ECB over appid, apiname and unix seconds; the body is a form. */
export function aesHeaderWire(config: AesHeaderConfig, tools: WireTools): Wire {
  const secrets = { app_id: `huren${randomBytes(4).toString('hex')}`, app_key: randomBytes(8).toString('hex') };
  return {
    ...plainCodes,
    secrets,
    handle: async (request) => {
      const fault = refusal(request, config, secrets, tools);
      if (fault !== null) return errorReply(config, 401, '401', fault);
      const token = codeInForm(new URLSearchParams(request.body), config);
      if (request.path !== config.path || token === null) return errorReply(config, 400, '400', 'bad request');
      return answerReply(config, tools.statementAt, await tools.answer(token));
    },
  };
}

function refusal(
  request: ReceivedRequest,
  config: AesHeaderConfig,
  secrets: { readonly app_id: string; readonly app_key: string },
  tools: WireTools,
): string | null {
  const prefix = `${secrets.app_id}${config.api_name}`;
  const opened = openSignature(headerOf(request, 'signature'), secrets.app_key);
  if (headerOf(request, 'appid') !== secrets.app_id) return 'appid unknown';
  if (headerOf(request, 'apiname') !== config.api_name) return 'apiname unknown';
  if (tools.refusing() || opened === null || !opened.startsWith(prefix)) return 'signature invalid';
  if (!isTimely(Number(opened.slice(prefix.length)) * 1000, tools.nowMs())) return 'timestamp out of range';
  return null;
}

function openSignature(signature: string, key: string): string | null {
  try {
    const decipher = createDecipheriv('aes-128-ecb', Buffer.from(key), null);
    return Buffer.concat([decipher.update(signature, 'base64'), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
