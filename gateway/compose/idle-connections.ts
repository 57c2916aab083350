import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * How long a connection stays open without a request, and how long while nothing of a reply is taken; how often they are looked
 * at. In milliseconds.
 */
export interface IdleTerms {
  readonly idleMs: number;
  readonly untakenMs: number;
  readonly lookEveryMs: number;
}

/** What somebody has to be told of to know which connections are idle. */
interface Served {
  readonly on: (
    event: 'request',
    listener: (request: { readonly socket: Socket }, response: ServerResponse) => void,
  ) => unknown;
  readonly once: (event: 'close', listener: () => void) => unknown;
}

interface Connection {
  /** The last reply on it. */
  reply: ServerResponse;
  /** The same as somebody saw it gone, and when; null: nobody has. */
  idle: { readonly since: ServerResponse; readonly seenMs: number } | null;
  /** How much of a reply was written as somebody saw it wait for its reader, and when; null: nothing waits. */
  untaken: { readonly written: number; readonly seenMs: number } | null;
}

/**
 * Closes connections on which nothing was asked for a while, in place of node's own way, which makes a timer for each
 * reply. All of them are looked at now and then, so that one stays open for up to one look longer. So is one whose client
 * takes nothing of a reply: it would keep reply and connection for as long as it likes. What has never asked
 * anything is not here: node's own limit for headers holds for that.
 */
export function closeIdleConnections(server: Served, { idleMs, untakenMs, lookEveryMs }: IdleTerms): void {
  const connections = new Map<Socket, Connection>();
  server.on('request', ({ socket }, reply) => {
    const known = connections.get(socket);
    if (known !== undefined) {
      known.reply = reply;
      return;
    }
    connections.set(socket, { reply, idle: null, untaken: null });
    socket.once('close', () => connections.delete(socket));
  });
  const look = () => {
    const nowMs = performance.now();
    for (const [socket, connection] of connections) {
      const { reply, idle } = connection;
      const { bytesWritten: written, writableLength } = socket;
      if (writableLength === 0) connection.untaken = null;
      else if (connection.untaken?.written !== written) connection.untaken = { written, seenMs: nowMs };
      else if (nowMs - connection.untaken.seenMs >= untakenMs) socket.destroy();
      if (!reply.writableFinished) connection.idle = null;
      else if (idle?.since !== reply) connection.idle = { since: reply, seenMs: nowMs };
      else if (nowMs - idle.seenMs >= idleMs) socket.destroy();
    }
  };
  const timer = setInterval(look, lookEveryMs).unref();
  server.once('close', () => clearInterval(timer));
}
