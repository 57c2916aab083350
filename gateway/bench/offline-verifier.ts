import { constants, verify, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { keyIdOf } from '../../adapters/credentials/certificate.ts';
import { readHcert } from '../../adapters/credentials/hcert.ts';
import { trustFromCertificates, verifyCredential } from '../../adapters/credentials/verify-credential.ts';
import certificates from '../../schemas/vectors/credentials/certificates.json' with { type: 'json' };
import { verifySm2 } from '../trust/sm2.ts';
import { type TrustBundle, trustBundleSchema } from '../trust/trust-bundle.ts';
import { type Presented, verifyAttestation } from '../trust/verify-attestation.ts';
import { serveBench } from './child-side.ts';
import {
  type OfflineJob,
  offlineJobSchema,
  offlineResultSchema,
  routingResultSchema,
  type Verified,
} from './offline-job.ts';
import { measureRouting } from './routing.ts';
import { percentile } from './statistics.ts';

const settingsSchema = z.strictObject({
  presented: z.object({ attestation: z.string(), evidence: z.array(z.string()) }),
  trust: trustBundleSchema,
});

const DERS = certificates.certificates.map((der) => Buffer.from(der, 'base64'));
const [ES256_VECTOR, PS256_VECTOR] = ['dcc-vaccination', 'dcc-signed-with-ps256'];
const PSS_SALT_OCTETS = 32;

/** Verifies one thing. Throws where it does not verify: a figure of that would be worth nothing. */
type VerifyOne = () => Promise<void>;

/*
 * What a venue or an auditor does without any gateway: one answer after another, from its signature to the anchor; and one
 * certificate that a traveller carries after another, from its picture's text to the trust list.
 */
serveBench(async (settings) => {
  const { presented, trust } = settingsSchema.parse(settings);
  const kinds: Readonly<Record<Verified, VerifyOne>> = {
    answer: answerVerifier(presented, trust),
    'certificate-es256': certificateVerifier(ES256_VECTOR),
    'certificate-ps256': certificateVerifier(PS256_VECTOR),
    'signature-es256': signatureVerifier(ES256_VECTOR),
    'signature-ps256': signatureVerifier(PS256_VECTOR),
  };
  return {
    ready: null,
    run: async (raw) => {
      const job = offlineJobSchema.parse(raw);
      return job.kind === 'routing'
        ? routingResultSchema.parse(measureRouting(job.rounds))
        : offlineResultSchema.parse(await verifyFor(kinds[job.what], job));
    },
    close: () => undefined,
  };
});

function answerVerifier(presented: Presented, trust: TrustBundle): VerifyOne {
  const anchor = { entity_id: trust.entity_id, jwks: trust.jwks };
  const chainOf = (entityId: string) => trust.chains[entityId] ?? [];
  const atS = Math.floor(Date.now() / 1000);
  return async () => {
    const outcome = await verifyAttestation(presented, { anchor, chainOf, atS, sm2Verify: verifySm2 });
    if (!outcome.verified) throw new Error(`the answer did not verify offline: ${outcome.code} at ${outcome.link}`);
  };
}

/** A published vector, a vaccination certificate of the European Union's form, beside all their signers. */
function certificateVerifier(name: string): VerifyOne {
  const trust = trustFromCertificates(DERS);
  const text = textOf(name);
  return async () => {
    const { outcome, code } = await verifyCredential(text, { trust, atS: certificates.at_s });
    if (outcome !== 'valid') throw new Error(`the certificate did not verify: ${code}`);
  };
}

/** What the signature of the same vector alone takes, by the plain call: nobody who verifies it pays less. */
function signatureVerifier(name: string): VerifyOne {
  const { keyId, signed, signature } = readHcert(textOf(name));
  const der = DERS.find((one) => keyIdOf(one) === keyId);
  if (der === undefined) throw new Error('nobody signed the certificate');
  const key = new X509Certificate(der).publicKey;
  const how =
    key.asymmetricKeyType === 'ec'
      ? { key, dsaEncoding: 'ieee-p1363' as const }
      : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: PSS_SALT_OCTETS };
  return async () => {
    if (!verify('sha256', signed, how, signature)) throw new Error('the signature did not verify');
  };
}

function textOf(name: string): string {
  return certificates.vectors.find((vector) => vector.name === name)?.text ?? '';
}

async function verifyFor(
  verifyOne: VerifyOne,
  { durationMs, most }: Extract<OfflineJob, { kind: 'verify' }>,
): Promise<z.input<typeof offlineResultSchema>> {
  const latenciesMs: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  for (
    let nowMs = startedMs;
    nowMs < startedMs + durationMs && latenciesMs.length < (most ?? Number.POSITIVE_INFINITY);
  ) {
    await verifyOne();
    const doneMs = performance.now();
    latenciesMs.push(doneMs - nowMs);
    nowMs = doneMs;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    operations: sorted.length,
    elapsedMs: performance.now() - startedMs,
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    cpuUs: user + system,
  };
}
