import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../free-port.ts';

/** What a network does to a connection. `corrupt` alters one byte in so many; the rest say it themselves. */
export type NetworkFault =
  | null
  | { readonly latencyMs: number }
  | { readonly trickle: true }
  | { readonly blackhole: true }
  | { readonly reset: true }
  | { readonly corruptOneIn: number };

/** A TCP relay to one port, with faults on demand, also for connections that are already open. */
export interface FaultProxy {
  readonly port: number;
  readonly set: (fault: NetworkFault) => void;
  /** Nobody listens any more and what was open is cut, as when the server's process is killed; `listen` is its return. */
  readonly kill: () => Promise<void>;
  readonly listen: () => Promise<void>;
  readonly close: () => void;
}

const TRICKLE_BYTES = 7;
const TRICKLE_EVERY_MS = 20;

/** Starts a relay to `targetPort` on loopback. `random` makes what it corrupts repeatable. */
export async function startFaultProxy(targetPort: number, random: () => number): Promise<FaultProxy> {
  let fault: NetworkFault = null;
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    if (fault !== null && 'reset' in fault) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    relay(near, far, () => fault, random);
    relay(far, near, () => fault, random);
  });
  const port = await freePort();
  const listen = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  await listen();
  return {
    port,
    listen,
    kill: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
    set: (next) => {
      fault = next;
      if (next !== null && 'reset' in next) cut();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Passes chunks on in order, each after whatever the fault of the moment does to it. */
function relay(from: Socket, to: Socket, fault: () => NetworkFault, random: () => number): void {
  let turn = Promise.resolve();
  from.on('data', (chunk: Buffer) => {
    turn = turn.then(() => pass(chunk, to, fault(), random));
  });
  from.on('end', () => {
    turn = turn.then(() => void to.end());
  });
}

async function pass(chunk: Buffer, to: Socket, fault: NetworkFault, random: () => number): Promise<void> {
  // Swallowed for good: to both ends the other has gone silent.
  if (fault !== null && 'blackhole' in fault) return;
  if (fault !== null && 'latencyMs' in fault) await later(fault.latencyMs);
  if (fault !== null && 'trickle' in fault) {
    for (let at = 0; at < chunk.length && !to.destroyed; at += TRICKLE_BYTES) {
      to.write(chunk.subarray(at, at + TRICKLE_BYTES));
      await later(TRICKLE_EVERY_MS);
    }
    return;
  }
  if (fault !== null && 'corruptOneIn' in fault) {
    for (let at = 0; at < chunk.length; at += 1) {
      if (random() * fault.corruptOneIn < 1)
        chunk.writeUInt8(chunk.readUInt8(at) ^ (1 + Math.floor(random() * 254)), at);
    }
  }
  if (!to.destroyed) to.write(chunk);
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
