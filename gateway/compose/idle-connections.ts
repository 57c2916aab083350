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
  /** Whether node's own timer runs, since something of a reply waits for its reader. */
  isTimed: boolean;
}

/**
 * Closes connections on which nothing was asked for a while, in place of node's own way, which makes a timer for each
 * reply. All of them are looked at now and then, so that one stays open for up to one look longer. One whose client takes
 * nothing of a reply, which it would keep with the connection for as long as it likes, has node's timer while something
 * waits: node alone sees how much of a write the system has passed on, and what a slow line still takes begins its time
 * anew. Under TLS node sees a write once it is through, so that each has that time as a whole. What has never asked anything is not here: node's own limit for headers holds for that.
 */
export function closeIdleConnections(server: Served, { idleMs, untakenMs, lookEveryMs }: IdleTerms): void {
  const connections = new Map<Socket, Connection>();
  server.on('request', ({ socket }, reply) => {
    const known = connections.get(socket);
    if (known !== undefined) {
      known.reply = reply;
      return;
    }
    connections.set(socket, { reply, idle: null, isTimed: false });
    socket.once('close', () => connections.delete(socket));
  });
  const look = () => {
    const nowMs = performance.now();
    for (const [socket, connection] of connections) {
      const { reply, idle } = connection;
      const isWaiting = socket.writableLength > 0;
      // Whoever ends up in its time-out is destroyed by the server, as nobody else listens to it.
      if (isWaiting !== connection.isTimed) socket.setTimeout(isWaiting ? untakenMs : 0);
      connection.isTimed = isWaiting;
      if (!reply.writableFinished) connection.idle = null;
      else if (idle?.since !== reply) connection.idle = { since: reply, seenMs: nowMs };
      else if (nowMs - idle.seenMs >= idleMs) socket.destroy();
    }
  };
  const timer = setInterval(look, lookEveryMs).unref();
  server.once('close', () => clearInterval(timer));
}
