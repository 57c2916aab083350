import { randomBytes } from 'node:crypto';
import type { FormConfig } from '../../../schemas/driver-config.ts';
import {
  envelopeOf,
  errorEnvelope,
  jsonReply,
  plainCodes,
  sameText,
  type Wire,
  type WireTools,
} from '../../sandbox/wire.ts';

/** Jiangsu's shape: a form post with the caller's token; without the constant members it is no question either. */
export function formWire(config: FormConfig, tools: WireTools): Wire {
  const secrets = { token: randomBytes(24).toString('hex') };
  return {
    ...plainCodes,
    secrets,
    handle: async (request) => {
      const form = new URLSearchParams(request.body);
      if (tools.refusing() || !sameText(form.get(config.token_member) ?? '', secrets.token)) {
        return jsonReply(200, errorEnvelope(config, 118, 'no permission'));
      }
      const complete = config.fields.every(({ name, value }) => form.get(name) === value);
      const code = form.get(config.code_member);
      if (request.path !== config.path || !complete || code === null) {
        return jsonReply(200, errorEnvelope(config, 400, 'bad request'));
      }
      return jsonReply(200, envelopeOf(config, tools.statementAt, await tools.answer(code)));
    },
  };
}
