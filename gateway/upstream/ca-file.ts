import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ConfigError } from '../compose/config.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Trusts the certificates of HUREN_CA_FILE (a PEM bundle) besides those that this process trusts anyway, for every TLS
 * connection that it makes from now on: to provinces, federation hosts and authorization servers, and to databases too.
 * The process's own list is extended rather than each client's, so that no way out is forgotten. Throws ConfigError.
 */
export function trustCaFile(path: string | null): void {
  if (path === null) return;
  const added = readCertificates(path);
  setDefaultCACertificates([...new Set([...getCACertificates('default'), ...added])]);
}

function readCertificates(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(`HUREN_CA_FILE: ${path} cannot be read`);
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new ConfigError(`HUREN_CA_FILE: ${path} holds no PEM certificate`);
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw new ConfigError(`HUREN_CA_FILE: ${path} holds a certificate that cannot be read`);
    }
  }
  return certificates;
}
