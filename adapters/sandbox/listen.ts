import { createServer as createPlainServer, type Server as PlainServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';

/** How a simulated host is reached. */
export interface Listening {
  /** An address of this machine; 127.0.0.1 unless it says otherwise. */
  readonly address?: string;
  /** Free unless it says otherwise. */
  readonly port?: number;
  /** Over TLS where there is a certificate. */
  readonly tls?: ListeningTls;
}

export interface ListeningTls {
  readonly certPem: string;
  readonly keyPem: string;
  /** Whoever has no certificate of this authority is not let in. */
  readonly clientCaPem?: string;
}

/** A server that speaks as it is to be reached; it does not listen yet. */
export function createSimulatedServer({ tls }: Listening, serve: RequestListener): PlainServer | SecureServer {
  if (tls === undefined) return createPlainServer(serve);
  const { certPem, keyPem, clientCaPem } = tls;
  const clients = clientCaPem === undefined ? {} : { ca: clientCaPem, requestCert: true, rejectUnauthorized: true };
  return createSecureServer({ cert: certPem, key: keyPem, ...clients }, serve);
}

/** Listens on a free loopback port unless told otherwise; resolves with the origin, such as `http://127.0.0.1:<port>`. */
export async function listenOnLoopback(
  server: PlainServer | SecureServer,
  { address: host = '127.0.0.1', port = 0, tls }: Listening = {},
): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a loopback server without a port');
  return `${tls === undefined ? 'http' : 'https'}://${host}:${address.port}`;
}
