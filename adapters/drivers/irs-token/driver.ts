import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { IrsTokenConfig } from '../../../schemas/driver-config.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { localKey } from '../../local-value.ts';
import { compilePointer } from '../../pointer.ts';
import { UpstreamError } from '../../upstream-error.ts';
import type { Ask, Driver, DriverContext, LocalAnswer, UpstreamReply } from '../driver.ts';
import { formOf } from '../question.ts';
import { compileReply, parseJson, refusedCredentials, requireOk } from '../reply.ts';
import { type Lease, openSession } from '../session.ts';

/**
 * Zhejiang's IRS platform, as published open-source code calls it. Every request is a form post with `appKey`,
 * `requestTime` (unix milliseconds) and `sign` = hex MD5 of appKey + secret + requestTime; every reply is `{code, msg,
 * datas}` where `datas` is a JSON string, code "00" good, "11" secret expired, "14" bad signature.
 *
 * - `POST <key_path>` signed with secret `app_secret`, or `POST <refresh_path>` signed with the last refresh secret, gives
 *   `datas` = `{requestSecret, requestSecretEndTime, refreshSecret, refreshSecretEndTime}`, end times in unix milliseconds.
 * - `POST <path>` with `code_member=token`, signed with the request secret, gives the answer in `datas`, which the manifest
 *   has opened: `"json_strings": ["/datas"]`, then `/datas/result`, `/datas/data/mzt`.
 *
 * Several request secrets may live at once, since many instances of a gateway each hold their own. MD5 is the
 * platform's choice.
 */
export const irsToken: Driver<IrsTokenConfig> = {
  name: 'irs-token',
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
  readonly reply: UpstreamReply;
  readonly document: JsonValue;
  /** The platform's own code; null where the reply has none, and where it is no 200. */
  readonly code: string | null;
}

const platformCode = compilePointer('/code');
const datas = compilePointer('/datas');

function openIrsToken(config: IrsTokenConfig, statementAt: string | null, context: DriverContext): Ask {
  const reader = compileReply(config, statementAt, context);

  async function post(path: string, secret: string, members: readonly [string, string][]): Promise<IrsReply> {
    const appKey = context.secret('app_key');
    const requestTime = String(context.nowMs());
    const sign = createHash('md5').update(`${appKey}${secret}${requestTime}`).digest('hex');
    const form = [...members, ['appKey', appKey], ['requestTime', requestTime], ['sign', sign]];
    const reply = await context.fetch({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    const document = reply.status === 200 ? reader.document(reply) : null;
    return { reply, document, code: localKey(platformCode(document)) };
  }

  async function obtain(last: Secrets | null): Promise<Lease<Secrets>> {
    const renewed =
      last !== null && context.nowMs() < last.refreshSecretEndTime
        ? await post(config.refresh_path, last.refreshSecret, [])
        : null;
    // A refresh secret can be lost upstream before its time; the application secret always starts anew.
    const given = renewed?.code === GOOD ? renewed : await post(config.key_path, context.secret('app_secret'), []);
    requireOk(given.reply, context.nowMs());
    if (given.code === BAD_SIGNATURE || given.code === SECRET_EXPIRED) throw refusedCredentials();
    const secrets = secretsSchema.safeParse(given.code === GOOD ? openedDatas(given.document) : null);
    if (!secrets.success) throw new UpstreamError('malformed', 'the province gave no request secret');
    const endsAtMs = secrets.data.requestSecretEndTime;
    return { value: secrets.data, refreshAtMs: endsAtMs - config.refresh_ahead_s * 1000, endsAtMs };
  }

  function read({ reply, document, code }: IrsReply): LocalAnswer {
    switch (code) {
      case GOOD:
        return reader.readDocument(document, reply);
      case SECRET_EXPIRED:
      case BAD_SIGNATURE:
        throw refusedCredentials();
      case null:
        if (reply.status === 200) throw new UpstreamError('malformed', 'the reply has no code of the platform');
        return reader.read(reply);
      default:
        throw new UpstreamError('undeclared', 'the platform gave a code that it never declared');
    }
  }

  const session = openSession(obtain, context);
  return async (token) => {
    const members = formOf(config, token);
    const secrets = await session.current();
    const first = await post(config.path, secrets.requestSecret, members);
    if (first.code !== SECRET_EXPIRED) return read(first);
    const renewed = await session.renew(secrets);
    return read(await post(config.path, renewed.requestSecret, members));
  };
}

/** What the platform lends stands in its `datas`, whether or not the manifest has that opened for the answers. */
function openedDatas(document: JsonValue): JsonValue {
  const text = datas(document) ?? null;
  return typeof text === 'string' && text !== '' ? parseJson(text) : text;
}
