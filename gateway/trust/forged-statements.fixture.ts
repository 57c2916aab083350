import { base64url } from 'jose';
import { STATEMENT_TYP } from '../../schemas/statement.ts';
import type { World } from './attestation.fixture.ts';
import { NOW_S } from './federation.fixture.ts';
import { sha256Base64url } from './sha256.ts';
import { signCompact } from './signer.ts';
import type { JsonObject } from './strict-json.ts';
import type { TrustErrorCode } from './trust-error.ts';

/** One SD-JWT and what has to come of it. `refused` is null where it has to be read. */
export interface StatementVector {
  readonly name: string;
  readonly defect: string | null;
  readonly statement: string;
  readonly refused: TrustErrorCode | null;
}

type Disclosure = readonly unknown[];

const DISCLOSED: readonly Disclosure[] = [
  ['c2FsdC1vZi1ncm91bmQ', 'ground', []],
  ['c2FsdC1vZi1wcm92ZW5hbmNl', 'provenance', null],
  ['c2FsdC1vZi1oYW5kbGU', 'handle', 'h-1'],
  ['c2FsdC1vZi1mbGFncw', 'flags', []],
];
const RISK = ['c2FsdC1vZi1hbm90aGVy', 'ground', ['confirmed_case']];

interface Made {
  /** Encoded disclosures that stand in the SD-JWT, in place of the usual four. */
  readonly disclosures?: readonly string[];
  /** Disclosures whose digests are signed; the disclosures that stand there unless told. */
  readonly bound?: readonly string[];
  readonly payload?: JsonObject;
  readonly tail?: string;
}

function encoded(disclosure: unknown): string {
  return base64url.encode(JSON.stringify(disclosure));
}

const USUAL = DISCLOSED.map(encoded);

/**
 * What RFC 9901 (sections 4.2, 7.1 and 7.3) says that a verifier must refuse, each as a statement that a province really
 * signed: the signature is good, so nothing but the rule itself stands in the way.
 */
export async function statementVectors(world: World): Promise<StatementVector[]> {
  const { province } = world;
  const make = async ({ disclosures = USUAL, bound = disclosures, payload, tail = '' }: Made): Promise<string> => {
    const usual = {
      iss: province.entityId,
      iat: NOW_S - 10,
      exp: NOW_S + 290,
      status: 'green',
      status_as_of: new Date((NOW_S - 60) * 1000).toISOString(),
      _sd: bound.map(sha256Base64url),
      _sd_alg: 'sha-256',
    };
    const claims = Object.entries({ ...usual, ...payload }).filter(([, value]) => value !== undefined);
    const jwt = await signCompact({ typ: STATEMENT_TYP }, Object.fromEntries(claims), province.statements.signer);
    return [jwt, ...disclosures, tail].join('~');
  };
  const refused = async (refused: TrustErrorCode, name: string, defect: string, made: Made | string) => {
    return { name, defect, statement: typeof made === 'string' ? made : await make(made), refused };
  };
  const good = await make({});
  const [jwt = ''] = good.split('~');
  const others = USUAL.slice(1);
  const instead = (disclosure: string) => ({ disclosures: [disclosure, ...others] });
  return [
    { name: 'disclosed-in-full', defect: null, statement: good, refused: null },
    {
      name: 'with-decoy-digests',
      defect: null,
      statement: await make({ disclosures: USUAL, bound: [...USUAL, 'a decoy', 'another decoy'] }),
      refused: null,
    },
    await refused('digest_repeated', 'digest-listed-twice', 'one digest stands twice in _sd', {
      bound: [...USUAL, USUAL[0] ?? ''],
    }),
    await refused('disclosure_unbound', 'disclosure-twice', 'one disclosure stands twice in the SD-JWT', {
      disclosures: [...USUAL, USUAL[0] ?? ''],
      bound: USUAL,
    }),
    await refused('disclosure_unbound', 'disclosure-unreferenced', 'a disclosure whose digest nobody signed', {
      disclosures: [...USUAL, encoded(['c2FsdA', 'note', 1])],
      bound: USUAL,
    }),
    await refused('disclosure_unbound', 'disclosure-swapped', 'another ground than the one that was signed', {
      disclosures: [encoded(RISK), ...others],
      bound: USUAL,
    }),
    await refused('duplicate_member', 'claim-disclosed-twice', 'two signed disclosures of one claim', {
      disclosures: [...USUAL, encoded(RISK)],
    }),
    await refused('duplicate_member', 'disclosure-repeats-a-plain-claim', 'a disclosure gives the status again', {
      disclosures: [...USUAL, encoded(['c2FsdA', 'status', 'red'])],
    }),
    await refused('disclosure_invalid', 'disclosure-named-sd', 'a disclosure bears the reserved name _sd', {
      disclosures: [...USUAL, encoded(['c2FsdA', '_sd', []])],
    }),
    await refused('disclosure_invalid', 'disclosure-named-dots', 'a disclosure bears the reserved name ...', {
      disclosures: [...USUAL, encoded(['c2FsdA', '...', 'x'])],
    }),
    await refused('disclosure_invalid', 'disclosure-of-an-array-element', 'two elements where three have to be', {
      disclosures: [...USUAL, encoded(['c2FsdA', 'x'])],
    }),
    await refused('disclosure_invalid', 'disclosure-of-four', 'four elements where three have to be', {
      disclosures: [...USUAL, encoded(['c2FsdA', 'note', 1, 2])],
    }),
    await refused('disclosure_invalid', 'disclosure-no-array', 'an object where an array has to be', {
      disclosures: [...USUAL, encoded({ salt: 'c2FsdA', name: 'note', value: 1 })],
    }),
    await refused('disclosure_invalid', 'salt-no-string', 'the salt is a number', instead(encoded([1, 'ground', []]))),
    await refused('disclosure_invalid', 'name-no-string', 'the name is a number', {
      disclosures: [...USUAL, encoded(['c2FsdA', 7, 1])],
    }),
    await refused('disclosure_invalid', 'wrapper-closed-early', 'JSON that only fits inside somebody’s wrapper', {
      disclosures: [...USUAL, base64url.encode('["c2FsdA","note",1],"x":[2]')],
    }),
    await refused('duplicate_member', 'value-repeats-a-member', 'a member stands twice in a disclosed value', {
      disclosures: [...USUAL, base64url.encode('["c2FsdA","note",{"a":1,"a":2}]')],
    }),
    await refused(
      'token_malformed',
      'disclosure-no-json',
      'a disclosure that is no JSON',
      instead(base64url.encode('[1,')),
    ),
    await refused('base64_not_canonical', 'disclosure-padded', 'base64url with padding', {
      disclosures: [...USUAL, `${encoded(['c2FsdA', 'note', 10])}=`],
    }),
    await refused('base64_not_canonical', 'disclosure-with-stray-bits', 'a second spelling of the same octets', {
      disclosures: [...USUAL, strayBits(encoded(['c2FsdA', 'note', 1]))],
    }),
    await refused('base64_not_canonical', 'disclosure-empty', 'nothing between two tildes', {
      disclosures: [...USUAL, ''],
      bound: USUAL,
    }),
    await refused(
      'base64_not_canonical',
      'two-statements-glued-together',
      'a second statement follows in place of a disclosure',
      `${jwt}~.${good}`,
    ),
    await refused('token_malformed', 'no-tilde', 'an SD-JWT without its last tilde', jwt),
    await refused(
      'key_binding_refused',
      'last-tilde-missing',
      'the last disclosure has no tilde after it',
      good.slice(0, -1),
    ),
    await refused('key_binding_refused', 'key-binding', 'a key binding JWT follows', {
      tail: await signCompact(
        { typ: 'kb+jwt' },
        { iat: NOW_S, aud: 'a-venue', nonce: 'n-1', sd_hash: sha256Base64url(good) },
        world.gateway.answers.signer,
      ),
    }),
    await refused('claims_invalid', 'digest-algorithm-unknown', 'a digest algorithm that is not known', {
      payload: { _sd_alg: 'md5' },
    }),
    await refused('claims_invalid', 'digests-no-array', '_sd is no array', { payload: { _sd: 'x' } }),
    await refused('claims_invalid', 'digest-no-string', 'a digest is a number', { payload: { _sd: [1, 2, 3, 4] } }),
    await refused(
      'claims_invalid',
      'digests-deeper-down',
      '_sd inside of a disclosed value',
      instead(encoded(['c2FsdA', 'ground', { _sd: ['x'] }])),
    ),
    await refused(
      'claims_invalid',
      'digest-in-an-array',
      'a digest in place of an element',
      instead(encoded(['c2FsdA', 'ground', [{ '...': 'x' }]])),
    ),
    await refused('claims_invalid', 'ground-in-plain-sight', 'a claim that has to be disclosable stands in the open', {
      payload: { ground: [] },
      disclosures: others,
      bound: USUAL,
    }),
    await refused('claims_invalid', 'holder-key', 'the statement is bound to a holder’s key', {
      payload: { cnf: { jwk: province.jwk } },
    }),
    await refused('claims_invalid', 'claim-not-disclosed', 'a claim that the statement has to make is kept back', {
      disclosures: others,
      bound: USUAL,
    }),
    await refused('claims_invalid', 'claim-nobody-knows', 'a disclosed claim that no statement makes', {
      disclosures: [...USUAL, encoded(['c2FsdA', 'name', 'x'])],
    }),
    await refused('expired', 'expired', 'its time is over', { payload: { iat: NOW_S - 400, exp: NOW_S - 60 } }),
    await refused('not_yet_valid', 'from-the-future', 'it was made later than now', {
      payload: { iat: NOW_S + 61, exp: NOW_S + 300 },
    }),
    await refused('claims_invalid', 'without-an-end', 'it never expires', { payload: { exp: undefined } }),
    await refused('issuer_mismatch', 'of-another-issuer', 'signed with the province’s key for another entity', {
      payload: { iss: world.gateway.entityId },
    }),
    await refused(
      'typ_wrong',
      'typed-otherwise',
      'a token of another type in place of a statement',
      `${await signCompact({ typ: 'dc+sd-jwt' }, { iss: province.entityId }, province.statements.signer)}~`,
    ),
  ];
}

/** The same octets with the unused bits of the last character set. */
function strayBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  if (text.length % 4 === 0) throw new Error('there are no unused bits');
  return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.at(-1) ?? '') + 1);
}
