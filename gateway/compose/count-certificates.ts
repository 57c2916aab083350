import type { Counter } from 'prom-client';
import type { DriverContext } from '../../adapters/drivers/driver.ts';

/** A country, or a participant of a trust network; issuers of cards are hundreds of addresses, and one to a counter. */
const COUNTRY = /^[A-Z]{2,3}$/;

/** Counts certificates by the country of their issuer. */
export function countCertificates(counter: Counter<'issuer' | 'result'>): NonNullable<DriverContext['onCertificate']> {
  return (issuer, result) => counter.inc({ issuer: nameOf(issuer), result });
}

function nameOf(issuer: string | null): string {
  if (issuer === null) return 'unknown';
  return COUNTRY.test(issuer) ? issuer : 'other';
}
