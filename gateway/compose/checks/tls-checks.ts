import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { permissionFinding } from './file-checks.ts';
import { bad, type Finding, good, type Subject, unused } from './finding.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
/** A mounted key may be read by a group. */
const OTHERS = 0o007;
const REPLACE = { zh: '换用有效的文件', en: 'put a valid file there' };

/** The authorities that are believed beside the system's. */
export function checkCaFile({ config }: Subject): Finding {
  const about = ['file', 'HUREN_CA_FILE'] as const;
  if (config.caFile === null) return unused(about, { zh: '未设置', en: 'not set' });
  const certificates = certificatesIn(config.caFile);
  if (certificates === null || certificates.length === 0) {
    const found = { zh: `${config.caFile} 中没有可读的证书`, en: `${config.caFile} holds no readable certificate` };
    return bad(about, found, REPLACE);
  }
  return good(about, { zh: `${certificates.length} 张证书`, en: `${certificates.length} certificates` });
}

/** The server's own certificate and key: that they belong together, are in date, and carry the name it is known by. */
export function checkServerCertificate({ config, nowMs }: Subject): Finding[] {
  const about = ['tls', 'HUREN_TLS_CERT_FILE'] as const;
  if (config.tls === null) {
    return [unused(about, { zh: '以明文监听，由前置代理终止 TLS', en: 'plain http: a proxy in front has to end TLS' })];
  }
  const { certFile, keyFile } = config.tls;
  const key = permissionFinding('tls', 'HUREN_TLS_KEY_FILE', keyFile, OTHERS);
  const [leaf] = certificatesIn(certFile) ?? [];
  if (leaf === undefined) {
    return [
      bad(about, { zh: `${certFile} 中没有可读的证书`, en: `${certFile} holds no readable certificate` }, REPLACE),
      key,
    ];
  }
  const fault = certificateFault(leaf, config.entityId, nowMs());
  const own =
    fault === null
      ? good(about, { zh: `有效至 ${leaf.validTo}`, en: `valid until ${leaf.validTo}` })
      : bad(about, fault, REPLACE);
  if (key.outcome === 'bad' || belongsTo(keyFile, leaf)) return [own, key];
  const found = { zh: `${keyFile} 不是该证书的私钥`, en: `${keyFile} is not the key of that certificate` };
  return [own, bad(['tls', 'HUREN_TLS_KEY_FILE'], found, REPLACE)];
}

function certificateFault(leaf: X509Certificate, entityId: string | null, nowMs: number): LocalisedText | null {
  if (nowMs >= leaf.validToDate.getTime()) {
    return { zh: `证书已于 ${leaf.validTo} 过期`, en: `the certificate expired on ${leaf.validTo}` };
  }
  if (nowMs < leaf.validFromDate.getTime()) {
    return { zh: `证书自 ${leaf.validFrom} 起有效`, en: `the certificate is not valid before ${leaf.validFrom}` };
  }
  const host = entityId === null ? null : new URL(entityId).hostname.replace(/^\[|\]$/g, '');
  if (host === null || (isIP(host) > 0 ? leaf.checkIP(host) : leaf.checkHost(host)) !== undefined) return null;
  return {
    zh: `证书不含 HUREN_ENTITY_ID 的主机名 ${host}`,
    en: `the certificate does not have ${host}, the host of HUREN_ENTITY_ID`,
  };
}

function belongsTo(keyFile: string, leaf: X509Certificate): boolean {
  try {
    return leaf.checkPrivateKey(createPrivateKey(readFileSync(keyFile)));
  } catch {
    return false;
  }
}

function certificatesIn(path: string): X509Certificate[] | null {
  try {
    return (readFileSync(path, 'utf8').match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));
  } catch {
    return null;
  }
}
