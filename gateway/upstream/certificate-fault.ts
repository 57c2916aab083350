/** What OpenSSL says of a certificate, and TLS alerts such as a demand for ours. */
const CERTIFICATE = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_)/;

/** Whether a connection failed because of a certificate: an unknown authority, another name, one that has expired. */
export function isCertificateFault(error: unknown): boolean {
  return CERTIFICATE.test(String(systemCodeOf(error)));
}

/** The code that Node or the system gives a fault. */
export function systemCodeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
