import { randomBytes } from 'node:crypto';
import type { PlainJsonConfig } from '../../../schemas/driver-config.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { compilePointer } from '../../pointer.ts';
import {
  answerReply,
  codeInJson,
  errorReply,
  headerOf,
  plainCodes,
  type ReceivedRequest,
  refusalReply,
  sameText,
  type Wire,
  type WireTools,
} from '../../sandbox/wire.ts';

/** A plain JSON service: every secret has to be where the manifest says, as it is. */
export function plainJsonWire(config: PlainJsonConfig, tools: WireTools): Wire {
  const names = config.credentials.map(({ secret }) => secret);
  const secrets = Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('hex')]));
  return {
    ...plainCodes,
    secrets,
    handle: async (request) => {
      const known = config.credentials.every((one) => sameText(given(request, one), secrets[one.secret] ?? ''));
      if (tools.refusing() || !known) return refusalReply(config, 'caller unknown');
      const code = codeInJson(request.body, config);
      if (request.path !== config.path || code === null) return errorReply(config, 400, 'BAD', 'bad request');
      return answerReply(config, tools.statementAt, await tools.answer(code));
    },
  };
}

function given(request: ReceivedRequest, credential: PlainJsonConfig['credentials'][number]): string {
  switch (credential.in) {
    case 'header':
      return headerOf(request, credential.name);
    case 'query':
      return request.query.get(credential.name) ?? '';
    case 'body': {
      const value = compilePointer(credential.at)(jsonOrUndefined(request.body) ?? null);
      return typeof value === 'string' ? value : '';
    }
  }
}
