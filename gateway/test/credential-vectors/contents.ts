import { AT_S, CARD_ISSUER, DAY_S } from './issuers.ts';

/** Nobody's names; codes of the published value sets. */
const PERSON = { nam: { fn: 'Muster', fnt: 'MUSTER', gn: 'Vektor', gnt: 'VEKTOR' }, dob: '1990-01-01' };
const COMMON = { tg: '840539006', co: 'XA', is: 'Vector Ministry', ci: 'URN:UVCI:01:XA:VECTOR#0' };

export const DOSE = {
  ...COMMON,
  vp: '1119349007',
  mp: 'EU/1/20/1528',
  ma: 'ORG-100030215',
  dn: 2,
  sd: 2,
  dt: '2026-06-01',
};
export const TEST = {
  ...COMMON,
  tt: 'LP6464-4',
  nm: 'A test',
  sc: '2026-09-20T08:00:00Z',
  tr: '260415000',
  tc: 'A place',
};
export const RECOVERY = { ...COMMON, fr: '2026-06-01', df: '2026-06-12', du: '2026-11-28' };

export function dcc(events: object, changes: object = {}): object {
  return { ver: '1.3.0', ...PERSON, ...events, ...changes };
}
export const VACCINATED = dcc({ v: [DOSE] });

export const DDCC_VS = {
  name: 'Vektor Muster',
  birthDate: '1990-01-01',
  vaccine: { code: '1119349007' },
  date: '2026-06-01',
  dose: 2,
};
export const DDCC_TR = {
  name: 'Vektor Muster',
  birthDate: '1990-01-01',
  test: { type: 'LP6464-4', result: '260415000' },
};
export const ICVP = {
  n: 'Vektor Muster',
  dob: '1990-01-01',
  s: 'M',
  ntl: 'XA',
  v: { vp: 'XM0N24', dt: '2026-06-01', bo: 'B1' },
};

/** CWT claims around a content: member of claim -260, then the content. */
export function claims(
  member: number,
  content: object | null,
  changes: readonly [number, unknown][] = [],
): Map<number, unknown> {
  return new Map<number, unknown>([
    [1, 'XA'],
    [4, AT_S + 180 * DAY_S],
    [6, AT_S - 30 * DAY_S],
    [-260, new Map([[member, content]])],
    ...changes,
  ]);
}

export const IMMUNIZATION = {
  resourceType: 'Immunization',
  status: 'completed',
  vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '208' }] },
  patient: { reference: 'resource:0' },
  occurrenceDateTime: '2026-06-01',
};

/** What a card's credential says of its subject, with this in the place of the immunization. */
export function bundleWith(resource: object, fullUrl = 'resource:1'): object {
  const patient = { resourceType: 'Patient', name: [{ family: 'Muster', given: ['Vektor'] }], birthDate: '1990-01-01' };
  const entry = [
    { fullUrl: 'resource:0', resource: patient },
    { fullUrl, resource },
  ];
  const fhirBundle = { resourceType: 'Bundle', type: 'collection', entry };
  return { credentialSubject: { fhirVersion: '4.0.1', fhirBundle } };
}

/** Claims of a card; `vc` changes what the credential says, `changes` the claims around it. */
export function card(vc: object = {}, changes: object = {}): object {
  return {
    iss: CARD_ISSUER,
    nbf: AT_S - 30 * DAY_S,
    vc: {
      type: ['https://smarthealth.cards#health-card', 'https://smarthealth.cards#immunization'],
      ...bundleWith(IMMUNIZATION),
      ...vc,
    },
    ...changes,
  };
}
