import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which a kernel hands out ports by itself, so that nobody is given it in the meantime. */
const RANGE = { from: 15_000, to: 30_000 };

/** A loopback port that nobody listened on a moment ago. `from`, `to`: other bounds than usual, the second excluded. */
export async function freePort({ from, to }: { readonly from: number; readonly to: number } = RANGE): Promise<number> {
  for (;;) {
    const port = randomInt(from, to);
    if (await isFreePort(port)) return port;
  }
}

/** Nobody listens on a loopback port just now. */
export async function isFreePort(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
