import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { issuerOfCertificate } from '../../adapters/credentials/certificate-trust.ts';
import { CredentialListError } from '../../adapters/credentials/credential-list-error.ts';
import { readGdhcnList } from '../../adapters/credentials/gdhcn-list.ts';
import { certificatesInPem } from '../../adapters/credentials/pem-certificates.ts';
import { spkiOfPoint } from '../../adapters/credentials/signer-key.ts';
import { readVciSnapshot } from '../../adapters/credentials/vci-snapshot.ts';
import { CREDENTIAL_LIST_FAULTS } from '../../schemas/code-lists/credential-list-faults.ts';
import type { CredentialTrustListDocument } from '../../schemas/credential-trust-list.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { CliError } from './cli-error.ts';

/** What a published list says, before somebody here answers for it. */
export type PublishedList = Pick<CredentialTrustListDocument, 'signers' | 'card_issuers'>;

const NOBODY: PublishedList = { signers: [], card_issuers: [] };
const MAX_FILE_BYTES = 67_108_864;
const coordinateSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const signerSchema = z.object({ method: z.string().max(500), x: coordinateSchema, y: coordinateSchema });

/** Certificates of signers in a folder of PEM files. Throws CliError. */
export function listFromFolder(folder: string): PublishedList {
  return reported(() => {
    const files = readdirSync(folder).filter((name) => /\.(pem|crt|cer)$/.test(name));
    const ders = files.flatMap((name) => certificatesInPem(textOf(join(folder, name))));
    return {
      ...NOBODY,
      signers: ders.map((der) => ({
        issuer: issuerOfCertificate(der),
        certificate: Buffer.from(der).toString('base64'),
      })),
    };
  });
}

/**
 * A GDHCN trust list, of one trust domain. `signerFile`: `{method, x, y}`, the pinned verification method of its proof and
 * the coordinates of its P-256 key. Throws CliError.
 */
export function listFromGdhcn(file: string, signerFile: string, domain: string): PublishedList {
  return reported(() => {
    const signer = signerSchema.safeParse(jsonOrUndefined(textOf(signerFile)));
    if (!signer.success) throw unreadable(signerFile);
    const { method, x, y } = signer.data;
    const spki = spkiOfPoint(Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url'));
    const { signers } = readGdhcnList(jsonOrUndefined(textOf(file)), { method, spki }, domain);
    return { ...NOBODY, signers: [...signers] };
  });
}

/** A snapshot of the VCI directory, whose signature lies beside it as `.sig`; `certificateFile` is the pinned one in PEM. */
export function listFromVci(file: string, certificateFile: string): PublishedList {
  return reported(() => {
    const [certificate = new Uint8Array()] = certificatesInPem(textOf(certificateFile));
    const { issuers } = readVciSnapshot(bytesOf(file), bytesOf(file.replace(/\.json$/, '.sig')), certificate);
    return {
      ...NOBODY,
      card_issuers: issuers.map(({ iss, keys, crls }) => ({
        iss,
        jwks: { keys: keys.map((key) => ({ ...key })) },
        revocation_lists: crls.flatMap((list) =>
          'kid' in list && typeof list.kid === 'string' ? { ...list, kid: list.kid } : [],
        ),
      })),
    };
  });
}

function reported(read: () => PublishedList): PublishedList {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CredentialListError)) throw error;
    const { zh, en } = CREDENTIAL_LIST_FAULTS[error.code];
    throw CliError.of('list_refused', { zh: `${error.code}：${zh}`, en: `${error.code}: ${en}` });
  }
}

function textOf(file: string): string {
  return bytesOf(file).toString('utf8');
}

function bytesOf(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    if (bytes.length <= MAX_FILE_BYTES) return bytes;
  } catch {
    // Told below, whatever the reason.
  }
  throw unreadable(file);
}

function unreadable(file: string): CliError {
  return CliError.of('file_unreadable', { zh: `无法读取 ${file}`, en: `${file} cannot be read` });
}
