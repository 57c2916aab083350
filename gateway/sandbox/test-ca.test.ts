import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { expect, test } from 'vitest';
import { createTestCa } from './test-ca.ts';

const DAY_MS = 86_400_000;

test('a certificate of the test CA is for other names, another authority, a client or a longer time', async () => {
  const [ca, other] = [await createTestCa(), await createTestCa()];
  const { certPem, keyPem } = await ca.issue({ names: ['henan.test'], addresses: ['127.0.0.7'] });
  const [certificate, authority] = [new X509Certificate(certPem), new X509Certificate(ca.caPem)];
  expect(certificate.checkHost('henan.test')).toBe('henan.test');
  expect(certificate.checkIP('127.0.0.7')).toBe('127.0.0.7');
  expect([certificate.checkHost('hubei.test'), certificate.checkIP('127.0.0.8')]).toEqual([undefined, undefined]);
  expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.verify(new X509Certificate(other.caPem).publicKey)).toBe(false);
  expect([authority.ca, certificate.ca]).toEqual([true, false]);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / DAY_MS;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThan(30.1);
  expect(() => createSecureContext({ cert: certPem, key: keyPem })).not.toThrow();
});
