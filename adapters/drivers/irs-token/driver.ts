import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { IrsTokenConfig } from '../../../schemas/driver-config.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { localKey } from '../../local-value.ts';
import { UpstreamError } from '../../upstream-error.ts';
import type { Ask, Driver, DriverContext } from '../driver.ts';
import { compileEnvelope, parseJson, readJson } from '../envelope.ts';
import { type Lease, openSession } from '../session.ts';

/**
 * Zhejiang's IRS platform, as published open-source code calls it. Every request is a form post with `appKey`,
 * `requestTime` (unix milliseconds) and `sign` = hex MD5 of appKey + secret + requestTime; every reply is `{code, msg,
 * datas}` where `datas` is a JSON string, code "00" good, "11" secret expired, "14" bad signature.
 *
 * - `POST <key_path>` signed with secret `app_secret`, or `POST <refresh_path>` signed with the last refresh secret, gives
 *   `datas` = `{requestSecret, requestSecretEndTime, refreshSecret, refreshSecretEndTime}`, end times in unix milliseconds.
 * - `POST <path>` with `code_member=token`, signed with the request secret, gives the answer in `datas`. The manifest's
 *   pointers see `datas` opened: `/datas/result`, `/datas/data/mzt`.
 *
 * Several request secrets may live at once, since many instances of a gateway each hold their own. MD5 is the
 * platform's choice.
 */
export const irsToken: Driver<IrsTokenConfig> = {
  name: 'irs-token',
  secrets: ['app_key', 'app_secret'],
  open: openIrsToken,
};

const GOOD = '00';
const SECRET_EXPIRED = '11';
const BAD_SIGNATURE = '14';

/** Numbers of milliseconds reach us as numbers and as strings. */
const instantMsSchema = z.union([z.int(), z.string().regex(/^\d{1,15}$/)]).transform(Number);
const secretsSchema = z.object({
  requestSecret: z.string().min(1),
  requestSecretEndTime: instantMsSchema,
  refreshSecret: z.string().min(1),
  refreshSecretEndTime: instantMsSchema,
});
type Secrets = z.infer<typeof secretsSchema>;

interface IrsReply {
  readonly code: string;
  readonly body: JsonValue;
}

function openIrsToken(config: IrsTokenConfig, statementAt: string | null, context: DriverContext): Ask {
  const read = compileEnvelope(config, statementAt);

  async function post(path: string, secret: string, members: Readonly<Record<string, string>>): Promise<IrsReply> {
    const appKey = context.secret('app_key');
    const requestTime = String(context.nowMs());
    const sign = createHash('md5').update(`${appKey}${secret}${requestTime}`).digest('hex');
    const reply = await context.fetch({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...members, appKey, requestTime, sign }).toString(),
    });
    return openReply(readJson(reply));
  }

  async function obtain(last: Secrets | null): Promise<Lease<Secrets>> {
    const renewed =
      last !== null && context.nowMs() < last.refreshSecretEndTime
        ? await post(config.refresh_path, last.refreshSecret, {})
        : null;
    // A refresh secret can be lost upstream before its time; the application secret always starts anew.
    const reply = renewed?.code === GOOD ? renewed : await post(config.key_path, context.secret('app_secret'), {});
    if (reply.code === BAD_SIGNATURE || reply.code === SECRET_EXPIRED) throw refusedCredentials();
    const secrets = secretsSchema.safeParse(reply.code === GOOD ? datasOf(reply.body) : null);
    if (!secrets.success) throw new UpstreamError('malformed', 'the province gave no request secret');
    const endsAtMs = secrets.data.requestSecretEndTime;
    return { value: secrets.data, refreshAtMs: endsAtMs - config.refresh_ahead_s * 1000, endsAtMs };
  }

  const session = openSession(obtain, context.nowMs);
  return async (token) => {
    const members = { [config.code_member]: token };
    const secrets = await session.current();
    let reply = await post(config.path, secrets.requestSecret, members);
    if (reply.code === SECRET_EXPIRED) {
      const renewed = await session.renew(secrets);
      reply = await post(config.path, renewed.requestSecret, members);
    }
    switch (reply.code) {
      case GOOD:
        return read(reply.body);
      case SECRET_EXPIRED:
      case BAD_SIGNATURE:
        throw refusedCredentials();
      default:
        throw new UpstreamError('malformed', 'the platform gave a code that it never declared');
    }
  };
}

/** The reply with its `datas` string opened, so that pointers reach into it. */
function openReply(body: JsonValue): IrsReply {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new UpstreamError('malformed', 'the reply is not a JSON object');
  }
  const { code, datas } = body;
  const opened = typeof datas === 'string' && datas !== '' ? parseJson(datas) : null;
  return { code: localKey(code) ?? '', body: { ...body, datas: opened } };
}

function datasOf(body: JsonValue): JsonValue {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body['datas'] ?? null) : null;
}

function refusedCredentials(): UpstreamError {
  return new UpstreamError('credentials', 'the province refused our credentials');
}
