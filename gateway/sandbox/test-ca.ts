// The certificate library's decorators need it first.
import 'reflect-metadata';

import { randomBytes } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its key as TLS servers and clients take them. */
export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface CertificateSubject {
  /** DNS names. */
  readonly names: readonly string[];
  /** IP addresses. */
  readonly addresses: readonly string[];
  /** Whether it proves a client as well as a server. */
  readonly client?: boolean;
}

/** A certification authority for one machine, made anew for each nation or test; nobody else trusts it. */
export interface TestCa {
  readonly caPem: string;
  readonly issue: (subject: CertificateSubject) => Promise<IssuedCertificate>;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const VALID_MS = 30 * 86_400_000;
/** Another process's clock may be a little behind. */
const BACKDATED_MS = 60_000;

/** Makes an authority whose certificates are valid for 30 days. Its key stays in this process. */
export async function createTestCa(): Promise<TestCa> {
  const keys = await newKeys();
  const name = `CN=Huren test CA ${randomBytes(4).toString('hex')}`;
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...terms(),
    name,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    caPem: `${authority.toString('pem')}\n`,
    issue: async (subject) => {
      const own = await newKeys();
      const certificate = await X509CertificateGenerator.create({
        ...terms(),
        subject: `CN=${subject.names[0] ?? subject.addresses[0] ?? 'huren'}`,
        issuer: name,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          ...extensionsOf(subject),
          await SubjectKeyIdentifierExtension.create(own.publicKey),
          await AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return {
        certPem: `${certificate.toString('pem')}\n`,
        keyPem: `${PemConverter.encode(key, PemConverter.PrivateKeyTag)}\n`,
      };
    },
  };
}

function extensionsOf({ names, addresses, client = false }: CertificateSubject): Extension[] {
  const alternatives = [
    ...names.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ...(client ? [ExtendedKeyUsage.clientAuth] : [])]),
    ...(alternatives.length === 0 ? [] : [new SubjectAlternativeNameExtension(alternatives)]),
  ];
}

function terms() {
  const nowMs = Date.now();
  return {
    // A positive number of 127 bits (RFC 5280 section 4.1.2.2).
    serialNumber: `40${randomBytes(15).toString('hex')}`,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + VALID_MS),
    signingAlgorithm: P256,
  };
}

async function newKeys() {
  return await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
}
