import type { JsonValue } from '../../schemas/scenarios.ts';
import type { CertifiedKind } from './credential-trust.ts';

/** Which value set a coded member of an event is of (EU DCC value sets, by their identifiers), and where events stand. */
const EVENTS: Readonly<Record<CertifiedKind, { readonly at: string; readonly sets: ReadonlyMap<string, string> }>> = {
  vaccination: {
    at: 'v',
    sets: new Map([
      ['tg', 'disease-agent-targeted'],
      ['vp', 'sct-vaccines-covid-19'],
      ['mp', 'vaccines-covid-19-names'],
      ['ma', 'vaccines-covid-19-auth-holders'],
      ['co', 'country-2-codes'],
    ]),
  },
  test: {
    at: 't',
    sets: new Map([
      ['tg', 'disease-agent-targeted'],
      ['tt', 'covid-19-lab-test-type'],
      ['ma', 'covid-19-lab-test-manufacturer-and-name'],
      ['tr', 'covid-19-lab-result'],
      ['co', 'country-2-codes'],
    ]),
  },
  recovery: {
    at: 'r',
    sets: new Map([
      ['tg', 'disease-agent-targeted'],
      ['co', 'country-2-codes'],
    ]),
  },
};

/**
 * True where a coded value of a DCC is in none of the values that a destination's set of that name has. A set that the
 * destination has not says nothing; nor does a value that is left out or empty, where it may be.
 */
export function hasUnknownValue(
  payload: { readonly [member: string]: JsonValue },
  kind: CertifiedKind,
  valueSets: Readonly<Record<string, readonly string[]>>,
): boolean {
  const { at, sets } = EVENTS[kind];
  const known = new Map(Object.entries(valueSets));
  const events = payload[at];
  return (Array.isArray(events) ? events : []).some((event) =>
    [...sets].some(([member, name]) => {
      const value = typeof event === 'object' && event !== null && !Array.isArray(event) ? event[member] : undefined;
      return typeof value === 'string' && value !== '' && known.get(name)?.includes(value) === false;
    }),
  );
}
