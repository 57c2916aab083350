import { z } from 'zod';
import type { SignedTokenConfig } from '../../../schemas/driver-config.ts';
import type { Ask, Driver, DriverContext, LocalAnswer } from '../driver.ts';
import { questionOf } from '../question.ts';
import { compileReply } from '../reply.ts';
import { signedPost } from '../signed-json/driver.ts';
import { openTokenKeys, type TokenKeys } from '../token-keys.ts';

/**
 * A system whose code is itself signed (sandbox assumption: the layout; SM2 with SM3 is the norm in government systems,
 * but no published health-code interface was seen to use it). The code is a compact JWS with the protected header
 * `{alg, kid, typ: "health-code+jwt"}` and the claims `{iss, sub, exp, iat?}`; `alg` is `ES256` or `SM2`. It is verified
 * first, so a forged or expired code costs the province nothing. Then `POST <path>` with JSON `{[code_member]: sub}` is
 * authenticated as in the `signed-json` driver (secrets `app_id`, `app_key`).
 *
 * Secret `code_keys` holds the province's public keys, kept beside the credentials since they roll without a new
 * manifest: a JSON array of `{kid, alg: "ES256", x, y}` (base64url coordinates of a P-256 point) and
 * `{kid, alg: "SM2", public_key}` (hex of the uncompressed point, 04...). The signature of an SM2 code is base64url of
 * r || s over SM3 of the signing input, with user ID 1234567812345678.
 */
export const signedToken: Driver<SignedTokenConfig> = {
  name: 'signed-token',
  open: openSignedToken,
};

const CODE_TYP = 'health-code+jwt';
const MAX_AHEAD_S = 120;
const UNKNOWN = { kind: 'absent', why: 'unknown' } as const satisfies LocalAnswer;
const EXPIRED = { kind: 'absent', why: 'expired' } as const satisfies LocalAnswer;

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(256),
  exp: z.number(),
  iat: z.number().optional(),
});

function openSignedToken(config: SignedTokenConfig, statementAt: string | null, context: DriverContext): Ask {
  const { read } = compileReply(config, statementAt, context);
  const keys = rememberKeys(context);
  return async (token) => {
    const claims = claimsSchema.safeParse(await keys().verify(token, CODE_TYP));
    if (!claims.success || claims.data.iss !== config.issuer) return UNKNOWN;
    const nowS = context.nowMs() / 1000;
    if (claims.data.iat !== undefined && claims.data.iat > nowS + MAX_AHEAD_S) return UNKNOWN;
    if (claims.data.exp <= nowS) return EXPIRED;
    const body = JSON.stringify(questionOf(config, claims.data.sub));
    return read(await context.fetch(signedPost(config.path, body, context)));
  };
}

/** Keys stay imported until the operator provides others. */
function rememberKeys(context: DriverContext): () => TokenKeys {
  let opened: { readonly text: string; readonly keys: TokenKeys } | null = null;
  return () => {
    const text = context.secret('code_keys');
    if (opened?.text !== text) opened = { text, keys: openTokenKeys(text, 'code_keys') };
    return opened.keys;
  };
}
