import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type Server as PlainServer } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { readMountedSecret } from '../keys/private-file.ts';
import { type Config, ConfigError } from './config.ts';
import { closeIdleConnections } from './idle-connections.ts';
import { answerUnreadable } from './unreadable-requests.ts';

export type NodeServer = PlainServer | SecureServer;

/** How often the certificate's files are looked at; a renewal is in use within this. */
const LOOK_EVERY_MS = 2_000;
/** Time-outs hold to within the interval of their check; that of node itself is half a minute. */
const LIMITS = {
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
};
/**
 * Longer than load balancers keep a connection that nobody uses, so that it is them who close it; and longer than the largest
 * reply takes on the slowest line.
 */
const IDLE = { idleMs: 65_000, untakenMs: 300_000, lookEveryMs: 5_000 };
const SECURE = { minVersion: 'TLSv1.2' } as const;
const HANDSHAKE_WITHIN_MS = 10_000;

interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/**
 * The server of a node, not listening yet: over TLS where the settings name a certificate. Throws ConfigError where
 * that cannot be used.
 */
export function createNodeServer({ tls }: Pick<Config, 'tls'>): NodeServer {
  const server =
    tls === null
      ? createPlainServer(LIMITS)
      : createSecureServer({ ...LIMITS, ...SECURE, ...readPair(tls), handshakeTimeout: HANDSHAKE_WITHIN_MS });
  server.keepAliveTimeout = 0;
  closeIdleConnections(server, IDLE);
  answerUnreadable(server);
  server.maxRequestsPerSocket = 0;
  return server;
}

/** Where a node with these settings answers, without a slash at the end. */
export function originOf({ host, tls }: Pick<Config, 'host' | 'tls'>, port: number): string {
  return `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

interface CertificateWatch {
  /** A new pair is in use for connections from now on. */
  readonly onRenewed: () => void;
  /** The new files cannot be used, told once for each content; the old pair stays in use. */
  readonly onFault: (message: string) => void;
  readonly everyMs?: number;
}

/**
 * Follows the certificate's files until it is stopped; connections that are open stay. Called as soon as the listener is
 * there, since what it finds is what it takes for known. It reads the files every two seconds: mounted secrets are swapped
 * by renaming folders, which change notices miss.
 */
export function watchCertificate(
  server: NodeServer,
  { tls }: Pick<Config, 'tls'>,
  { onRenewed, onFault, everyMs = LOOK_EVERY_MS }: CertificateWatch,
): () => void {
  if (tls === null || !(server instanceof SecureServer)) return () => undefined;
  let used = contentOf(tls);
  let seen = used;
  let told = used;
  const look = () => {
    const found = contentOf(tls);
    // Two files are not replaced in one moment: what is used has stood for one look.
    const hasSettled = found === seen;
    seen = found;
    if (!hasSettled || found === used || found === told) return;
    try {
      server.setSecureContext({ ...SECURE, ...readPair(tls) });
      used = found;
      told = found;
      onRenewed();
    } catch (error) {
      told = found;
      onFault(error instanceof Error ? error.message : 'unknown');
    }
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** A digest of both files, to tell a change by; a file that is away is a content like any other. */
function contentOf({ certFile, keyFile }: NonNullable<Config['tls']>): string {
  return createHash('sha256')
    .update(JSON.stringify([certFile, keyFile].map(textOrNull)))
    .digest('hex');
}

function textOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function readPair({ certFile, keyFile }: NonNullable<Config['tls']>): CertificatePair {
  const cert = textOrNull(certFile);
  if (cert === null) throw new ConfigError(`HUREN_TLS_CERT_FILE: ${certFile} cannot be read`);
  const key = readKey(keyFile);
  requireCurrent(cert, certFile);
  try {
    createSecureContext({ cert, key });
  } catch {
    // The library's own words may quote a line of the key.
    throw new ConfigError(`HUREN_TLS_KEY_FILE: ${keyFile} is no unencrypted PEM key of that certificate`);
  }
  return { cert, key };
}

function readKey(path: string): string {
  let key: string | null;
  try {
    key = readMountedSecret(path);
  } catch (error) {
    throw new ConfigError(`HUREN_TLS_KEY_FILE: ${error instanceof Error ? error.message : path}`);
  }
  if (key === null) throw new ConfigError(`HUREN_TLS_KEY_FILE: ${path} is not there`);
  return key;
}

function requireCurrent(cert: string, path: string): void {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(cert);
  } catch {
    throw new ConfigError(`HUREN_TLS_CERT_FILE: ${path} is no PEM certificate`);
  }
  if (parsed.validToDate.getTime() < Date.now()) throw new ConfigError(`HUREN_TLS_CERT_FILE: ${path} has expired`);
}
