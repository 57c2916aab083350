import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SignedTokenConfig } from '../../../schemas/driver-config.ts';
import { makeKey, type SandboxKey, uncompressedPoint } from '../../sandbox/keys.ts';
import type { Wire, WireTools } from '../../sandbox/wire.ts';
import { signedJsonWire } from '../signed-json/wire.ts';

/** Long, so that the codes of a sandbox that runs for days stay good; a real code would live for minutes. */
const CODE_LIFETIME_S = 30 * 86_400;
const TOKEN_TYP = 'health-code+jwt';
/** Where the signed code goes in a template. */
const PLACEHOLDER = '{jws}';

/** A system that signs its codes: it issues JWSs, and is asked, as a signed JSON service, about their subject. */
export function signedTokenWire(config: SignedTokenConfig, tools: WireTools): Wire {
  const key = makeKey(tools.codeCurve);
  const plain = signedJsonWire(config, tools);
  return {
    ...plain,
    secrets: { ...plain.secrets, code_keys: JSON.stringify([codeKeyOf(key)]) },
    mint: (template, expired) => {
      const nowS = Math.floor(tools.nowMs() / 1000);
      const exp = expired ? nowS - 60 : nowS + CODE_LIFETIME_S;
      const claims = { iss: config.issuer, sub: randomBytes(16).toString('hex'), exp };
      return template.replace(PLACEHOLDER, signCode(key, claims));
    },
    subjectOf,
  };
}

/** The public key in the form in which the driver's operator is handed it. */
function codeKeyOf({ published: { kid, jwk } }: SandboxKey) {
  return jwk.crv === 'SM2'
    ? { kid, alg: 'SM2', public_key: uncompressedPoint(jwk) }
    : { kid, alg: 'ES256', x: jwk.x, y: jwk.y };
}

function signCode(key: SandboxKey, claims: object): string {
  const header = { alg: key.published.jwk.alg, kid: key.published.kid, typ: TOKEN_TYP };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${key.sign(input).toString('base64url')}`;
}

function subjectOf(token: string): string {
  const [, payload = ''] = token.split('.');
  const claims = z.object({ sub: z.string() }).parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  return claims.sub;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
