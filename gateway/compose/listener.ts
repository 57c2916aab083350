import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { problemOf } from '../problem-error.ts';
import type { Config } from './config.ts';
import { listenFault } from './listen-fault.ts';
import { namesOneHost, toOriginForm } from './request-target.ts';
import { createNodeServer, type NodeServer, originOf, watchCertificate } from './server.ts';

const DRAIN_WITHIN_MS = 10_000;
/** Connections that may wait to be taken. A surge brings thousands at once; the system's own limit still holds. */
const BACKLOG = 8_192;

/** A port that is listened on. Until somebody answers, every request is told to come again. */
export interface Listener {
  readonly url: string;
  readonly answer: (listener: RequestListener) => void;
  readonly isDraining: () => boolean;
  /** Stops taking requests, and lets those under way finish. */
  readonly drain: () => Promise<void>;
  /** At once: what has not been answered is cut off. */
  readonly abort: () => void;
}

/**
 * A listener that listens when it is told to: a node alone at once, since its name may follow from its port; one of
 * several processes last, since it is sent requests the moment it does. Throws ConfigError.
 */
export function createListener(config: Config, log: Logger): Listener & { readonly listen: () => Promise<void> } {
  const server = createNodeServer(config);
  const stopWatching = watchCertificate(server, config, {
    onRenewed: () => log.info('the certificate was renewed'),
    onFault: (reason) => log.error({ reason }, 'the new certificate cannot be used; the last one stays'),
  });
  server.on('request', answerEarly);
  let draining = false;
  let port = config.port;
  return {
    listen: async () => {
      port = await listen(server, config);
    },
    get url() {
      return originOf(config, port);
    },
    isDraining: () => draining,
    answer: (answer) => {
      server.off('request', answerEarly);
      server.on('request', (request, response) => {
        // Whoever comes by a connection that stays open is sent to another instance for the next request.
        if (draining) response.setHeader('connection', 'close');
        if (!namesOneHost(request)) refuse(response, 'the request names two hosts');
        else if (!toOriginForm(request)) refuse(response, 'the request target names no place here');
        else answer(request, response);
      });
    },
    drain: async () => {
      draining = true;
      // A load balancer needs a moment to see it; until then every request is answered as ever.
      await delay(config.drainS * 1000);
      await drain(server);
      stopWatching();
    },
    abort: () => {
      stopWatching();
      server.close();
      server.closeAllConnections();
    },
  };
}

function refuse(response: ServerResponse, why: string): void {
  const problem = problemOf('body_invalid', why);
  response.writeHead(problem.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
}

function answerEarly(_request: unknown, response: ServerResponse): void {
  response.writeHead(503, { 'retry-after': '1' }).end();
}

function listen(server: NodeServer, { port, host }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFault(error, { host, port })));
    server.listen(port, host, BACKLOG, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function drain(server: NodeServer): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_WITHIN_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
