import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { logOpenFiles } from '../access/open-file-limit.ts';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { createContext, type GatewayContext, type Mode } from './context.ts';
import { listenFault } from './listen-fault.ts';

const DRAIN_WITHIN_MS = 10_000;
/** Connections that may wait to be taken. A surge brings thousands at once; the system's own limit still holds. */
const BACKLOG = 8_192;

/** A gateway that answers. `close` stops taking requests, lets those under way finish, and stops what it started. */
export interface Gateway {
  readonly url: string;
  readonly context: GatewayContext;
  readonly close: () => Promise<void>;
}

/** Starts a gateway. Throws ConfigError where a setting makes that impossible. */
export async function startGateway(config: Config, mode: Mode): Promise<Gateway> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 });
  server.keepAliveTimeout = 65_000;
  server.maxRequestsPerSocket = 0;
  // One of several processes is sent requests the moment it listens: it listens last. A gateway alone listens first,
  // since its name follows from its port.
  const joins = mode.joins === true;
  if (!joins) server.on('request', answerEarly);
  const port = joins ? config.port : await listen(server, config);
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  let draining = false;
  let context: GatewayContext | null = null;
  try {
    const opened = await createContext(config, config.entityId ?? url, mode);
    context = opened;
    logOpenFiles(opened.log);
    const answer = createApp(opened, () => draining);
    server.off('request', answerEarly);
    server.on('request', (request, response) => {
      // Whoever comes by a connection that stays open is sent to another instance for the next request.
      if (draining) response.setHeader('connection', 'close');
      answer(request, response);
    });
    const close = async () => {
      draining = true;
      // A load balancer needs a moment to see it; until then every request is answered as ever.
      await delay(config.drainS * 1000);
      await drain(server);
      await opened.close();
    };
    if (joins) await listen(server, config);
    return { url, context: opened, close };
  } catch (error) {
    server.close();
    server.closeAllConnections();
    await context?.close();
    throw error;
  }
}

function answerEarly(_request: unknown, response: ServerResponse): void {
  response.writeHead(503, { 'retry-after': '1' }).end();
}

function listen(server: Server, { port, host }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFault(error, { host, port })));
    server.listen(port, host, BACKLOG, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Takes no new connection, and gives requests under way their time. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_WITHIN_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
