// Asks this machine's node whether it is alive: for a container's health check, which has neither curl nor a shell to spare.
import { readFileSync } from 'node:fs';
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

const { HUREN_HOST = '127.0.0.1', HUREN_PORT = '8080', HUREN_TLS_CERT_FILE } = process.env;
const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[HUREN_HOST] ?? HUREN_HOST;
// Asked at its own address, and believed in nothing but its status: what its certificate is worth is for others to say.
const own = HUREN_TLS_CERT_FILE ? { ca: readFileSync(HUREN_TLS_CERT_FILE), rejectUnauthorized: false } : {};
const get = HUREN_TLS_CERT_FILE ? getSecure : getPlain;
const request = get({ host, port: HUREN_PORT, path: '/healthz', timeout: 4_000, ...own }, ({ statusCode }) => {
  process.exit(statusCode === 200 ? 0 : 1);
});
request.once('timeout', () => process.exit(1));
request.once('error', () => process.exit(1));
