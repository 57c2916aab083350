import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';

export interface AlteringProxy {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Somebody between a venue and a gateway, who passes everything on and changes what they like. */
export async function startAlteringProxy(
  gatewayUrl: string,
  alter: (path: string, text: string) => string,
): Promise<AlteringProxy> {
  const server = createServer((request, response) => {
    pass(gatewayUrl, request).then(
      ({ status, type, text }) => {
        response.writeHead(status, { 'content-type': type });
        response.end(alter(request.url ?? '/', text));
      },
      () => response.destroy(),
    );
  });
  const url = await listenOnLoopback(server);
  return {
    url,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function pass(gatewayUrl: string, request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { authorization, 'content-type': type } = request.headers;
  const reply = await fetch(`${gatewayUrl}${request.url}`, {
    method: request.method ?? 'GET',
    headers: { ...(authorization ? { authorization } : {}), ...(type ? { 'content-type': type } : {}) },
    body: request.method === 'POST' ? Buffer.concat(chunks) : null,
  });
  return { status: reply.status, type: reply.headers.get('content-type') ?? '', text: await reply.text() };
}
