import { createHash, createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ReadyMessage, SandboxUpstream } from '../../adapters/sandbox/protocol.ts';

/*
 * How the peers ask the benchmark's provinces and read what they say: no manifest, no driver, just what the four need.
 */

export interface Question {
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
export interface Reply {
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

/** A province as a peer knows it: how it is asked, where, and the key of its statements where it signs. */
export interface PeerProvince extends Province {
  readonly code: string;
  readonly origin: string;
  readonly jwk: NonNullable<SandboxUpstream['statementKey']>['jwk'] | null;
}

/** The provinces of a sandbox that the peers speak with. Throws where one is missing. */
export function peerProvinces({ provinces }: ReadyMessage): PeerProvince[] {
  return Object.entries(PROVINCES).map(([code, open]) => {
    const upstream = provinces[z.enum(['460000', '410000', '140000', '230000']).parse(code)];
    if (upstream === undefined) throw new Error(`the sandbox has no ${code}`);
    const { origin, secrets, statementKey } = upstream;
    return { code, ...open(secrets), origin, jwk: statementKey?.jwk ?? null };
  });
}

/** The one whose codes begin so. */
export function provinceOf<P extends Province>(provinces: readonly P[], code: string): P | undefined {
  return provinces.find(({ prefix }) => code.startsWith(prefix));
}
