import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { z } from 'zod';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { serveBench } from './child-side.ts';
import { ATTESTATION_TYP, LIFETIME_S, peerAnswer, signedPart } from './peer-answer.ts';
import { peerProvinces, provinceOf, type Reply } from './peer-provinces.ts';
import { PEER_POOL, peerSettingsSchema, tokenServer } from './peer-settings.ts';

/*
 * The same work as the hand-written server with nothing between it and node: `node:http`, `node:crypto`, and undici's
 * pool, because node has none of its own. About the least that such an answer can cost in this language.
 */

const questionSchema = z.object({ code: z.string() });
const tokenClaimsSchema = z.object({ iss: z.string(), aud: z.string(), exp: z.number(), client_id: z.string() });

serveBench(async (raw) => {
  const settings = peerSettingsSchema.parse(raw);
  const { audience, sandbox } = settings;
  const tokens = tokenServer(settings);
  const tokenKey = createPublicKey({ key: tokens.jwk, format: 'jwk' });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const header = encoded({ alg: 'ES256', typ: ATTESTATION_TYP, kid: 'fast' });
  const provinces = peerProvinces(sandbox).map((province) => ({
    ...province,
    key: province.jwk === null ? null : createPublicKey({ key: province.jwk, format: 'jwk' }),
    pool: new Pool(province.origin, PEER_POOL),
  }));
  const remembered = new Map<string, { readonly venue: string; readonly expS: number }>();

  function venueOf(token: string): string {
    const known = remembered.get(token);
    if (known !== undefined && known.expS * 1000 > Date.now()) return known.venue;
    const { iss, aud, exp, client_id } = tokenClaimsSchema.parse(verified(token, tokenKey));
    if (iss !== tokens.issuer || aud !== audience || exp * 1000 <= Date.now()) throw new Error('token');
    remembered.set(token, { venue: client_id, expS: exp });
    return client_id;
  }

  async function answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const venue = venueOf(request.headers.authorization?.slice('Bearer '.length) ?? '');
    const { code } = questionSchema.parse(JSON.parse(body));
    const province = provinceOf(provinces, code);
    if (province === undefined) throw new Error('code');
    const upstream = await province.pool.request({ ...province.question(code), method: 'POST' });
    const said: Reply = JSON.parse(await upstream.body.text());
    const signed = signedPart(province, said);
    if (province.key !== null) verified(signed ?? '', province.key);
    const { claims, reply } = peerAnswer(province, said, signed);
    const iat = Math.floor(Date.now() / 1000);
    const input = `${header}.${encoded({ ...claims, iss: audience, aud: venue, iat, exp: iat + LIFETIME_S, jti: randomUUID() })}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const attestation = `${input}.${signature.toString('base64url')}`;
    const bytes = Buffer.from(JSON.stringify({ ...reply, attestation }));
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length });
    response.end(bytes);
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      answer(request, response, Buffer.concat(chunks).toString()).catch(() => response.writeHead(400).end());
    });
  });
  const url = await listenOnLoopback(server);
  return {
    ready: { url },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all(provinces.map(({ pool }) => pool.destroy()));
    },
  };
});

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The payload of a compact JWS of ES256. Throws where its signature does not verify. */
function verified(jws: string, key: KeyObject): unknown {
  const end = jws.lastIndexOf('.');
  const signature = Buffer.from(jws.slice(end + 1), 'base64url');
  const input = jws.slice(0, end);
  if (!verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, signature))
    throw new Error('signature');
  return JSON.parse(Buffer.from(input.slice(input.indexOf('.') + 1), 'base64url').toString());
}
