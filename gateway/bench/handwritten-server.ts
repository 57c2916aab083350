import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { compactVerify, createRemoteJWKSet, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { Pool } from 'undici';
import { serveBench } from './child-side.ts';
import { ATTESTATION_TYP, LIFETIME_S, peerAnswer, signedPart } from './peer-answer.ts';
import { peerProvinces, provinceOf, type Reply } from './peer-provinces.ts';
import { PEER_POOL, peerSettingsSchema, tokenServer } from './peer-settings.ts';

/*
 * What a venue's integrator would write in an afternoon, and write well: keep-alive pools, keys imported once, the
 * libraries' defaults, and a venue's token verified once and remembered until it expires. It asks the province, verifies
 * its statement where there is one, and signs an answer. No mandate, no policy, no provenance, no strict parsing, no
 * bounds, no breaker, no metrics, no log.
 */
serveBench(async (raw) => {
  const settings = peerSettingsSchema.parse(raw);
  const { audience, sandbox } = settings;
  const { issuer, jwksUri } = tokenServer(settings);
  const tokenKeys = createRemoteJWKSet(new URL(jwksUri));
  const signing = await generateKeyPair('ES256');
  const provinces = await Promise.all(
    peerProvinces(sandbox).map(async (province) => ({
      ...province,
      key: province.jwk === null ? null : await importJWK(province.jwk),
      pool: new Pool(province.origin, PEER_POOL),
    })),
  );
  const remembered = new Map<string, { readonly venue: string; readonly expS: number }>();

  async function venueOf(token: string): Promise<string> {
    const known = remembered.get(token);
    if (known !== undefined && known.expS * 1000 > Date.now()) return known.venue;
    const { payload } = await jwtVerify(token, tokenKeys, { issuer, audience });
    const venue = String(payload['client_id']);
    remembered.set(token, { venue, expS: payload.exp ?? 0 });
    return venue;
  }

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(express.json());
  app.post('/v1/verifications', async (request, response) => {
    const venue = await venueOf(request.get('authorization')?.slice('Bearer '.length) ?? '');
    const { code }: { code: string } = request.body;
    const province = provinceOf(provinces, code);
    if (province === undefined) {
      response.status(422).json({ code: 'code_unrecognised' });
      return;
    }
    const upstream = await province.pool.request({ ...province.question(code), method: 'POST' });
    const said: Reply = JSON.parse(await upstream.body.text());
    const signed = signedPart(province, said);
    if (province.key !== null) await compactVerify(signed ?? '', province.key);
    const { claims, reply } = peerAnswer(province, said, signed);
    const attestation = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: ATTESTATION_TYP, kid: 'handwritten' })
      .setIssuer(audience)
      .setAudience(venue)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_S}s`)
      .setJti(randomUUID())
      .sign(signing.privateKey);
    response.json({ ...reply, attestation });
  });

  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return {
    ready: { url: `http://127.0.0.1:${address.port}` },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all(provinces.map(({ pool }) => pool.destroy()));
    },
  };
});
