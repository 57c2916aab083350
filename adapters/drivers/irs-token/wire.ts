import { createHash, randomBytes } from 'node:crypto';
import type { IrsTokenConfig } from '../../../schemas/driver-config.ts';
import {
  answerReply,
  codeInForm,
  isTimely,
  plainCodes,
  sameText,
  systemReply,
  type Wire,
  type WireReply,
  type WireTools,
} from '../../sandbox/wire.ts';

const REQUEST_SECRET_LIFETIME_MS = 15 * 60_000;
const REFRESH_SECRET_LIFETIME_MS = 24 * 3_600_000;
/** Secrets that live at once; the oldest goes first. An ended one is kept so that it can be told from a wrong one. */
const MAX_SECRETS = 64;

interface IssuedSecrets {
  readonly requestSecret: string;
  readonly requestSecretEndTime: number;
  readonly refreshSecret: string;
  readonly refreshSecretEndTime: number;
}

/** Zhejiang's IRS platform: request secrets of a quarter of an hour, MD5 signatures, JSON inside a JSON string. */
export function irsTokenWire(config: IrsTokenConfig, tools: WireTools): Wire {
  const secrets = { app_key: randomBytes(8).toString('hex'), app_secret: randomBytes(24).toString('hex') };
  const issued: IssuedSecrets[] = [];

  function issue(): WireReply {
    const nowMs = tools.nowMs();
    const fresh = {
      requestSecret: randomBytes(16).toString('hex'),
      requestSecretEndTime: nowMs + REQUEST_SECRET_LIFETIME_MS,
      refreshSecret: randomBytes(16).toString('hex'),
      refreshSecretEndTime: nowMs + REFRESH_SECRET_LIFETIME_MS,
    };
    issued.unshift(fresh);
    issued.splice(MAX_SECRETS);
    return irsReply(config, '00', 'ok', fresh);
  }

  async function answer(form: URLSearchParams): Promise<WireReply> {
    const answered = await tools.answer(codeInForm(form, config) ?? '');
    return answerReply(config, tools.statementAt, answered, (document) => ({
      contentType: 'application/json',
      body: JSON.stringify({ code: '00', msg: 'ok', ...Object(document) }),
    }));
  }

  return {
    ...plainCodes,
    secrets,
    handle: async ({ path, body }) => {
      const form = new URLSearchParams(body);
      const signedWith = (secret: string) => !tools.refusing() && isSignedWith(form, secrets.app_key, secret);
      if (!isTimely(Number(form.get('requestTime')), tools.nowMs()))
        return irsReply(config, '14', 'request time', null);
      if (path === config.key_path)
        return signedWith(secrets.app_secret) ? issue() : irsReply(config, '14', 'sign', null);
      const refreshing = path === config.refresh_path;
      if (!refreshing && path !== config.path) return irsReply(config, '99', 'no such service', null);
      const used = issued.find((one) => signedWith(refreshing ? one.refreshSecret : one.requestSecret));
      if (used === undefined) return irsReply(config, '14', 'sign', null);
      const endsAtMs = refreshing ? used.refreshSecretEndTime : used.requestSecretEndTime;
      if (endsAtMs <= tools.nowMs()) return irsReply(config, '11', 'secret expired', null);
      return refreshing ? issue() : await answer(form);
    },
  };
}

function isSignedWith(form: URLSearchParams, appKey: string, secret: string): boolean {
  const expected = createHash('md5')
    .update(`${appKey}${secret}${form.get('requestTime')}`)
    .digest('hex');
  return form.get('appKey') === appKey && sameText(form.get('sign') ?? '', expected);
}

/** The platform speaks one encoding, whatever it is asked for. */
function irsReply(config: IrsTokenConfig, code: string, msg: string, datas: IssuedSecrets | null): WireReply {
  const members = { code, msg, datas: datas === null ? null : JSON.stringify(datas) };
  return systemReply({ ...config, json_strings: [] }, 200, members);
}
