import { isCountry } from '../../schemas/code-lists/countries.ts';
import {
  CREDENTIAL_CODES,
  type CredentialCode,
  type CredentialOutcome,
} from '../../schemas/code-lists/credential-codes.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CoverageCertificates } from '../../schemas/coverage.ts';
import { type CoverageGroup, UNRECOGNISED, UNTOLD } from '../../schemas/coverage-report.ts';
import type { FromCountry, KeptGroup, SummedGroup } from './coverage-groups.ts';

/** One certificate that the node of a system decided for a destination. */
export interface CountedCertificate {
  /** Whose system it is that decides certificates. */
  readonly issuer: ProvinceCode;
  readonly destination: ProvinceCode;
  readonly country: string;
  readonly result: CredentialCode;
  readonly atMs: number;
}

/** Of no country: issuers of cards are hundreds of addresses, and what nobody's key signed is nobody's. */
const [OTHER, UNKNOWN] = ['other', 'unknown'];
const FROM_COUNTRY = 'from:';
const FROM = /^from:(?<country>[a-z]{2,7}):(?<outcome>valid|invalid|indeterminate)$/;

/** The country of an issuer, for counters; null: nobody's signature is good. */
export function countryOf(issuer: string | null): string {
  if (issuer === null) return UNKNOWN;
  return isCountry(issuer) ? issuer : OTHER;
}

/** The counter that one certificate adds one to. */
export function certificateCounter({ country, result }: Pick<CountedCertificate, 'country' | 'result'>): string {
  return `from:${country.toLowerCase()}:${CREDENTIAL_CODES[result].outcome}`;
}

/** Whether a counter is one of these, of a country that there is: an issuer that makes up another one is counted nowhere. */
export function isOfCountry(counter: string): boolean {
  return countryIn(counter) !== undefined;
}

/** What groups of countries come to, one a destination. */
export function certificatesOf(groups: Iterable<SummedGroup>): CoverageCertificates[] {
  const certificates: CoverageCertificates[] = [];
  for (const { issuer, destination, venue_kind: kind, tally } of groups) {
    if (issuer === UNRECOGNISED || !isFromCountry(kind)) continue;
    const country = kind.slice(FROM_COUNTRY.length);
    const count = (outcome: CredentialOutcome) => tally.named.get(`${kind}:${outcome}`) ?? 0;
    certificates.push({
      issuer,
      country: country === OTHER || country === UNKNOWN ? country : country.toUpperCase(),
      destination,
      valid: count('valid'),
      invalid: count('invalid'),
      indeterminate: count('indeterminate'),
    });
  }
  const placeOf = ({ issuer, destination, country }: CoverageCertificates) => issuer + destination + country;
  return certificates.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** The same counts with what is of one country in a group of its own: it is withheld until enough of them are there. */
export function withCountriesApart(groups: readonly CoverageGroup[]): KeptGroup[] {
  return groups.flatMap((group) => (group.venue_kind === UNTOLD ? apart(group) : [group]));
}

/** Whether a group is of one country's certificates. */
export function isFromCountry(kind: string): kind is FromCountry {
  return kind.startsWith(FROM_COUNTRY);
}

function apart({ counts, venue_kind, ...pair }: CoverageGroup): KeptGroup[] {
  const groups = new Map<KeptGroup['venue_kind'], Record<string, number>>();
  for (const counter in counts) {
    const country = countryIn(counter);
    const kind = country === undefined ? venue_kind : (`${FROM_COUNTRY}${country}` as const);
    const kept = groups.get(kind) ?? {};
    groups.set(kind, kept);
    kept[counter] = counts[counter] ?? 0;
  }
  return [...groups].map(([kind, kept]) => ({ ...pair, venue_kind: kind, counts: kept }));
}

function countryIn(counter: string): string | undefined {
  const country = FROM.exec(counter)?.groups?.['country'];
  if (country === undefined || country === OTHER || country === UNKNOWN) return country;
  return isCountry(country.toUpperCase()) ? country : undefined;
}
