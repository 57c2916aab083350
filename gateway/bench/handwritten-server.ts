import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { compactVerify, createRemoteJWKSet, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { Pool } from 'undici';
import { z } from 'zod';
import { readyMessageSchema } from '../../adapters/sandbox/protocol.ts';
import { serveBench } from './child-side.ts';

/*
 * What a venue's integrator would write in an afternoon, and write well: keep-alive pools, keys imported once, the
 * libraries' defaults. It verifies the venue's token, asks the province, verifies its statement where there is one, and
 * signs an answer. No mandate, no policy, no provenance, no strict parsing, no bounds, no breaker, no metrics, no log.
 */

interface Question {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Province {
  readonly prefix: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly question: (code: string) => Question;
  readonly colour: (reply: Reply) => string | undefined;
  readonly asOf: (reply: Reply) => string;
  readonly statement: (reply: Reply) => string | undefined;
}

/** As much of the three provinces' replies as is read here. */
interface Reply {
  readonly data?: {
    codeColor?: string;
    color?: string;
    statusTime?: number;
    updateTime?: string;
    refreshTime?: number;
  };
  readonly jl?: { mys?: string; gxsj?: string };
  readonly statement?: string;
  readonly zm?: string;
}

const settingsSchema = z.strictObject({ audience: z.string(), sandbox: readyMessageSchema });
type Secrets = Readonly<Record<string, string>>;

function tif(path: string, member: string, { paasid = '', token = '' }: Secrets): Province['question'] {
  return (code) => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const nonce = randomBytes(16).toString('hex');
    const headers = {
      'content-type': 'application/json',
      'x-tif-paasid': paasid,
      'x-tif-timestamp': timestamp,
      'x-tif-nonce': nonce,
      'x-tif-signature': createHash('sha256').update(`${timestamp}${token}${nonce}${timestamp}`).digest('hex'),
    };
    return { path, headers, body: JSON.stringify({ [member]: code }) };
  };
}

function signedJson(path: string, member: string, { app_id = '', app_key = '' }: Secrets): Province['question'] {
  return (code) => {
    const body = JSON.stringify({ [member]: code });
    const timestamp = String(Date.now());
    const nonce = randomBytes(16).toString('hex');
    const signature = createHmac('sha256', app_key).update(`${timestamp}\n${nonce}\n${body}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-app-id': app_id,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-signature': signature,
    };
    return { path, headers, body };
  };
}

function form(path: string, { token = '' }: Secrets): Province['question'] {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return (code) => ({
    path,
    headers,
    body: new URLSearchParams({ channel: 'huren', qrcode: code, accessToken: token }).toString(),
  });
}

const GREEN = new Set(['green', 'GREEN', 'G', '绿']);
const chinaTime = (text = '') => new Date(`${text.replace(' ', 'T')}+08:00`).toISOString();

const PROVINCES: Record<string, (secrets: Secrets) => Province> = {
  '460000': (secrets) => ({
    prefix: 'HNKM',
    name: { zh: '海南', en: 'Hainan' },
    question: tif('/ebus/hnjkm/verify', 'qrcode', secrets),
    colour: ({ data }) => data?.codeColor,
    asOf: ({ data }) => new Date(data?.statusTime ?? 0).toISOString(),
    statement: ({ statement }) => statement,
  }),
  '410000': (secrets) => ({
    prefix: 'YKM1',
    name: { zh: '河南', en: 'Henan' },
    question: signedJson('/ykm/v1/query', 'code', secrets),
    colour: ({ data }) => data?.color,
    asOf: ({ data }) => chinaTime(data?.updateTime),
    statement: ({ statement }) => statement,
  }),
  '140000': (secrets) => ({
    prefix: 'SXJKM',
    name: { zh: '山西', en: 'Shanxi' },
    question: signedJson('/sxjkm/cx', 'ma', secrets),
    colour: ({ jl }) => jl?.mys,
    asOf: ({ jl }) => chinaTime(jl?.gxsj),
    statement: ({ zm }) => zm,
  }),
  '230000': (secrets) => ({
    prefix: 'LJJKM',
    name: { zh: '黑龙江', en: 'Heilongjiang' },
    question: form('/ljjkm/check', secrets),
    colour: ({ data }) => data?.codeColor,
    asOf: ({ data }) => new Date((data?.refreshTime ?? 0) * 1000).toISOString(),
    statement: () => undefined,
  }),
};

serveBench(async (settings) => {
  const { audience, sandbox } = settingsSchema.parse(settings);
  const tokens = sandbox.servers.find(({ province }) => province === '440000');
  if (tokens === undefined) throw new Error('the sandbox has no authorization server');
  const tokenKeys = createRemoteJWKSet(new URL(tokens.jwksUri));
  const signing = await generateKeyPair('ES256');
  const upstreams = await Promise.all(
    Object.entries(PROVINCES).map(async ([code, open]) => {
      const upstream = sandbox.provinces[z.enum(['460000', '410000', '140000', '230000']).parse(code)];
      if (upstream === undefined) throw new Error(`the sandbox has no ${code}`);
      const key = upstream.statementKey === null ? null : await importJWK(upstream.statementKey.jwk);
      const pool = new Pool(upstream.origin, { connections: 64, pipelining: 1, keepAliveTimeout: 30_000 });
      return { code, ...open(upstream.secrets), key, pool };
    }),
  );

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(express.json());
  app.post('/v1/verifications', async (request, response) => {
    const token = request.get('authorization')?.slice('Bearer '.length) ?? '';
    const { payload: venue } = await jwtVerify(token, tokenKeys, { issuer: tokens.issuer, audience });
    const { code }: { code: string } = request.body;
    const province = upstreams.find(({ prefix }) => code.startsWith(prefix));
    if (province === undefined) {
      response.status(422).json({ code: 'code_unrecognised' });
      return;
    }
    const upstream = await province.pool.request({ ...province.question(code), method: 'POST' });
    const reply: Reply = JSON.parse(await upstream.body.text());
    const statement = province.statement(reply);
    if (province.key !== null) await compactVerify(statement?.split('~')[0] ?? '', province.key);
    const evidence = statement === undefined ? [] : [`${statement.split('~')[0]}~`];
    const status = GREEN.has(province.colour(reply) ?? '') ? 'green' : 'indeterminate';
    const answer = {
      status,
      decision: status === 'green' ? 'pass' : 'refer',
      destination: '440000',
      status_as_of: province.asOf(reply),
      stale: false,
      provenance: statement === undefined ? 'stated' : 'signed',
      assurance: statement === undefined ? 'transport' : 'province-signed',
    };
    const digest = createHash('sha256').update(evidence.join('.')).digest('base64url');
    const attestation = await new SignJWT({
      ...answer,
      issuer_province: province.code,
      reasons: ['ok'],
      mandate: 'none',
      policy: 'none@1',
      adapter: `${province.code}@1`,
      ...(evidence.length === 0 ? {} : { evidence: digest }),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'recognition-attestation+jwt', kid: 'handwritten' })
      .setIssuer(audience)
      .setAudience(String(venue['client_id']))
      .setIssuedAt()
      .setExpirationTime('5m')
      .setJti(randomUUID())
      .sign(signing.privateKey);
    response.json({
      ...answer,
      issuer: { province: province.code, name: province.name },
      reasons: [{ code: 'ok', text: { zh: '可以通行', en: 'May pass' } }],
      age_s: Math.max(0, Math.floor((Date.now() - Date.parse(answer.status_as_of)) / 1000)),
      remedy: null,
      attestation,
      evidence,
    });
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
      await Promise.all(upstreams.map(({ pool }) => pool.destroy()));
    },
  };
});
