import { createServer, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { serveBench } from './child-side.ts';
import { peerProvinces } from './peer-provinces.ts';
import { PEER_POOL, peerSettingsSchema } from './peer-settings.ts';

/*
 * The bound of whoever asks somebody else: hands the question on to the province as it is, and its reply back as it is.
 * Nothing is read, verified or signed.
 */
serveBench(async (raw) => {
  const { sandbox } = peerSettingsSchema.parse(raw);
  const provinces = peerProvinces(sandbox).map(({ prefix, origin }) => ({ prefix, pool: new Pool(origin, PEER_POOL) }));

  async function handOn(body: Buffer, response: ServerResponse): Promise<void> {
    const province = provinces.find(({ prefix }) => body.includes(prefix));
    if (province === undefined) throw new Error('code');
    const headers = { 'content-type': 'application/json' };
    const upstream = await province.pool.request({ method: 'POST', path: '/', headers, body });
    const bytes = Buffer.from(await upstream.body.arrayBuffer());
    response.writeHead(upstream.statusCode, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': bytes.length,
    });
    response.end(bytes);
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      handOn(Buffer.concat(chunks), response).catch(() => response.writeHead(502).end());
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
