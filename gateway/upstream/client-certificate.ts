import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { UpstreamAccess } from '../../adapters/upstream-access.ts';
import { readMountedSecret } from '../keys/private-file.ts';

/** What a gateway proves itself with to one province's system. The same object as long as the files hold the same. */
export interface ClientCertificate {
  readonly context: SecureContext;
  readonly certPem: string;
  readonly keyPem: string;
}

/**
 * The client certificate that an access file names, with paths below its own folder; undefined where it names none, and
 * `last` where nothing has changed. Throws with a message that names the file where it cannot be used.
 */
export function readClientCertificate(
  folder: string,
  { client_cert_file, client_key_file }: UpstreamAccess,
  last: ClientCertificate | undefined,
): ClientCertificate | undefined {
  if (client_cert_file === undefined || client_key_file === undefined) return undefined;
  const keyPem = readMountedSecret(resolve(folder, client_key_file));
  if (keyPem === null) throw new Error('client_key_file: there is no such file');
  const certPem = readFileSync(resolve(folder, client_cert_file), 'utf8');
  if (last !== undefined && last.certPem === certPem && last.keyPem === keyPem) return last;
  return { context: createSecureContext({ cert: certPem, key: keyPem }), certPem, keyPem };
}
