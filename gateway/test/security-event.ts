import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importJWK, SignJWT } from 'jose';
import { z } from 'zod';

const keyFileSchema = z.object({
  keys: z.array(z.object({ kid: z.string(), state: z.string(), jwk: z.record(z.string(), z.string()) })),
});

export interface EventOptions {
  readonly url: string;
  readonly dataDir: string;
  readonly province: string;
  readonly events: Readonly<Record<string, object>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, string>>;
  /** Whose key signs; the province's own unless told. */
  readonly signer?: string;
}

/** A Security Event Token as a sandbox province would sign it, with its federation key from the data directory. */
export async function signEvent({
  url,
  dataDir,
  province,
  events,
  claims,
  header,
  signer,
}: EventOptions): Promise<string> {
  const path = join(dataDir, 'keys', 'sandbox', signer ?? province, 'federation.json');
  const { keys } = keyFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const active = keys.find(({ state }) => state === 'active');
  if (active === undefined) throw new Error(`no active key of ${province}`);
  const payload = { iss: `${url}/provinces/${province}`, aud: url, jti: randomUUID(), events, ...claims };
  return await new SignJWT({ iat: Math.floor(Date.now() / 1000), ...payload })
    .setProtectedHeader({ alg: 'ES256', typ: 'secevent+jwt', kid: active.kid, ...header })
    .sign(await importJWK({ ...active.jwk, kty: 'EC' }, 'ES256'));
}

/** Pushes a token as RFC 8935 says. */
export function pushEvent(url: string, token: string, mediaType = 'application/secevent+jwt'): Promise<Response> {
  return fetch(`${url}/v1/events`, { method: 'POST', headers: { 'content-type': mediaType }, body: token });
}
