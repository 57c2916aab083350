import type { Counter } from 'prom-client';
import { countryOf } from '../coverage/certificate-countries.ts';
import type { ProvinceParts } from '../upstream/province-adapters.ts';

/** Counts certificates by the country of their issuer. */
export function countCertificates(counter: Counter<'issuer' | 'result'>): NonNullable<ProvinceParts['onCertificate']> {
  return (_province, { issuer, result }) => counter.inc({ issuer: countryOf(issuer), result });
}
