import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { NationError } from './nation-error.ts';

/** Below the range from which a kernel hands out ports by itself, so that nobody is given it in the meantime. */
const RANGE = { from: 15_000, to: 30_000 };
const TRIES = 20;

/** A port that is free on every one of the addresses; `wanted`: that one. Throws NationError `address_unavailable`. */
export async function portFreeOn(addresses: readonly string[], wanted: number | null): Promise<number> {
  let taken = '';
  for (let attempt = 0; attempt < (wanted === null ? TRIES : 1); attempt += 1) {
    const port = wanted ?? randomInt(RANGE.from, RANGE.to);
    const first = await firstTaken(addresses, port);
    if (first === null) return port;
    taken = `${first}:${port}`;
  }
  throw new NationError('address_unavailable', `${taken} cannot be listened on`);
}

async function firstTaken(addresses: readonly string[], port: number): Promise<string | null> {
  for (const address of addresses) {
    const server = createServer();
    try {
      await once(server.listen(port, address), 'listening');
    } catch {
      return address;
    }
    server.close();
    await once(server, 'close');
  }
  return null;
}
