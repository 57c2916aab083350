import { randomBytes } from 'node:crypto';
import type { FormConfig } from '../../../schemas/driver-config.ts';
import {
  answerReply,
  codeInForm,
  errorReply,
  plainCodes,
  refusalReply,
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
        return refusalReply(config, 'no permission');
      }
      const code = codeInForm(form, config);
      if (request.path !== config.path || code === null) {
        return errorReply(config, 200, 400, 'bad request');
      }
      return answerReply(config, tools.statementAt, await tools.answer(code));
    },
  };
}
