import { beforeAll, describe, expect, test } from 'vitest';
import {
  ENTITY_STATEMENT_TYP,
  peekEntityStatement,
  signEntityStatement,
  verifyEntityConfiguration,
  verifySuperiorStatement,
} from './entity-statement.ts';
import { codeOf, configure, makeKey, makeParty, NOW_S, type Party, state } from './federation.fixture.ts';
import { signCompact } from './signer.ts';

let leaf: Party;
let superior: Party;

beforeAll(async () => {
  leaf = await makeParty('https://leaf.example');
  superior = await makeParty('https://superior.example/north');
});

const ownJwks = () => ({ keys: [leaf.jwk] });
const checkOwn = async (token: Promise<string>, jwks = ownJwks()) =>
  verifyEntityConfiguration(await token, { entityId: leaf.entityId, jwks, atS: NOW_S });
const checkAbout = async (token: Promise<string>) =>
  verifySuperiorStatement(await token, { keys: [superior.jwk] }, NOW_S);

describe('entity configuration', () => {
  test('verifies, and drops claims that nobody defined', async () => {
    const { claims, kid } = await checkOwn(configure(leaf, { authority_hints: [superior.entityId], colour: 'green' }));
    expect(kid).toBe(leaf.jwk.kid);
    expect(claims).not.toHaveProperty('colour');
    expect(claims.authority_hints).toEqual([superior.entityId]);
  });

  test('verifies by its own keys where none are known yet', async () => {
    const token = await configure(leaf);
    expect((await verifyEntityConfiguration(token, { entityId: leaf.entityId, atS: NOW_S })).claims.sub).toBe(
      leaf.entityId,
    );
  });

  test.each([
    ['a claim named critical', { crit: ['colour'], colour: 'green' }, 'crit_unknown'],
    ['an empty crit', { crit: [] }, 'crit_unknown'],
    ['an audience', { aud: 'https://other.example' }, 'claims_invalid'],
    ['a metadata policy', { metadata_policy: {} }, 'claims_invalid'],
    ['constraints', { constraints: {} }, 'claims_invalid'],
    ['a source endpoint', { source_endpoint: 'https://leaf.example/fetch' }, 'claims_invalid'],
    ['no superiors where it names them', { authority_hints: [] }, 'claims_invalid'],
    ['a superior that is no identifier', { authority_hints: ['superior'] }, 'claims_invalid'],
    ['metadata null', { metadata: { federation_entity: { name: null } } }, 'claims_invalid'],
    ['metadata that is a list', { metadata: { federation_entity: [] } }, 'claims_invalid'],
    ['no keys', { jwks: { keys: [] } }, 'claims_invalid'],
    ['no key set', { jwks: undefined }, 'claims_invalid'],
    ['no end', { exp: undefined }, 'claims_invalid'],
    ['an end before its beginning', { iat: NOW_S, exp: NOW_S - 1 }, 'claims_invalid'],
    ['a broken second', { iat: NOW_S - 0.5 }, 'claims_invalid'],
    ['a time as text', { exp: String(NOW_S + 60) }, 'claims_invalid'],
    ['no issuer', { iss: undefined }, 'claims_invalid'],
    ['another issuer', { iss: 'https://other.example' }, 'claims_invalid'],
    ['another subject', { iss: 'https://other.example', sub: 'https://other.example' }, 'subject_mismatch'],
    ['the same host in capitals', { iss: 'https://LEAF.example', sub: 'https://LEAF.example' }, 'subject_mismatch'],
    ['its end reached', { exp: NOW_S }, 'expired'],
    ['a beginning beyond the skew', { iat: NOW_S + 61 }, 'not_yet_valid'],
  ])('with %s is refused', async (_what, claims, code) => {
    expect(await codeOf(() => checkOwn(configure(leaf, claims)))).toBe(code);
  });

  test('up to a minute of skew is forgiven at the beginning', async () => {
    expect((await checkOwn(configure(leaf, { iat: NOW_S + 60 }))).claims.iat).toBe(NOW_S + 60);
  });

  test('two keys under one kid are refused', async () => {
    const other = await makeKey(leaf.jwk.kid);
    const jwks = { keys: [leaf.jwk, other.jwk] };
    expect(await codeOf(() => checkOwn(configure(leaf, { jwks })))).toBe('claims_invalid');
  });

  test('a private key among the public ones is refused', async () => {
    const jwks = { keys: [{ ...leaf.jwk, d: 'AAAA' }] };
    expect(await codeOf(() => checkOwn(configure(leaf, { jwks })))).toBe('claims_invalid');
  });

  test('a key that the superior does not know is refused, though it signed and is listed', async () => {
    const fresh = await makeKey('fresh');
    const token = configure(leaf, { jwks: { keys: [fresh.jwk] } }, fresh.signer);
    expect(await codeOf(() => checkOwn(token))).toBe('key_unknown');
  });

  test('a key that the entity itself no longer lists is refused', async () => {
    const fresh = await makeKey('fresh');
    expect(await codeOf(() => checkOwn(configure(leaf, { jwks: { keys: [fresh.jwk] } })))).toBe('key_unknown');
    const namesake = await makeKey(leaf.jwk.kid);
    expect(await codeOf(() => checkOwn(configure(leaf, { jwks: { keys: [namesake.jwk] } })))).toBe('key_unknown');
  });

  test('a chain inside the header is refused', async () => {
    const token = await configure(leaf);
    const [, body] = token.split('.');
    const head = Buffer.from(
      JSON.stringify({ alg: 'ES256', typ: ENTITY_STATEMENT_TYP, kid: leaf.jwk.kid, trust_chain: [token] }),
    ).toString('base64url');
    const signature = await leaf.signer.sign(new TextEncoder().encode(`${head}.${body}`));
    const forged = `${head}.${body}.${Buffer.from(signature).toString('base64url')}`;
    expect(await codeOf(() => checkOwn(Promise.resolve(forged)))).toBe('claims_invalid');
  });

  test('another token type by the same key is refused', async () => {
    const claims = { iss: leaf.entityId, sub: leaf.entityId, iat: NOW_S, exp: NOW_S + 9, jwks: ownJwks() };
    expect(await codeOf(() => checkOwn(signCompact({ typ: 'trust-mark+jwt' }, claims, leaf.signer)))).toBe('typ_wrong');
  });
});

describe('entity identifiers', () => {
  test.each([
    'leaf.example',
    'ftp://leaf.example',
    'https://leaf.example?x',
    'https://leaf.example#x',
    'https://user@leaf.example',
    'https://leaf.example./',
    'https:// leaf.example',
    ' https://leaf.example',
    'https://leaf.example\n',
    'https:\\\\leaf.example',
    'https://',
    'https://léaf.example',
    `https://leaf.example/${'x'.repeat(512)}`,
    'javascript:alert(1)',
  ])('%j is refused', async (id) => {
    const token = await configure(leaf, { iss: id, sub: id });
    expect(await codeOf(() => verifyEntityConfiguration(token, { entityId: id, atS: NOW_S }))).toBe('claims_invalid');
  });

  test('http with a port and a path is one, for a sandbox', async () => {
    const id = 'http://127.0.0.1:8080/anchor';
    const token = await configure(leaf, { iss: id, sub: id });
    expect((await verifyEntityConfiguration(token, { entityId: id, atS: NOW_S })).claims.iss).toBe(id);
  });
});

describe('subordinate statement', () => {
  test('verifies', async () => {
    const { claims, kid } = await checkAbout(state(superior, leaf, { constraints: { max_path_length: 0 } }));
    expect(kid).toBe(superior.jwk.kid);
    expect(claims.constraints).toEqual({ max_path_length: 0 });
  });

  test.each([
    ['authority hints', { authority_hints: ['https://anchor.example'] }, 'claims_invalid'],
    ['trust marks', { trust_marks: [] }, 'claims_invalid'],
    ['trust mark issuers', { trust_mark_issuers: {} }, 'claims_invalid'],
    ['a negative path length', { constraints: { max_path_length: -1 } }, 'claims_invalid'],
    [
      'a name constraint with a scheme',
      { constraints: { naming_constraints: { permitted: ['https://a.example'] } } },
      'claims_invalid',
    ],
    ['a ban on federation_entity', { constraints: { allowed_entity_types: ['federation_entity'] } }, 'claims_invalid'],
    ['its end reached', { exp: NOW_S }, 'expired'],
  ])('with %s is refused', async (_what, claims, code) => {
    expect(await codeOf(() => checkAbout(state(superior, leaf, claims)))).toBe(code);
  });

  test('signed by its own subject is refused', async () => {
    expect(await codeOf(() => checkAbout(state(superior, leaf, {}, leaf.signer)))).toBe('key_unknown');
  });

  test("signed by a stranger under the superior's kid is refused", async () => {
    const stranger = await makeKey(superior.jwk.kid);
    expect(await codeOf(() => checkAbout(state(superior, leaf, {}, stranger.signer)))).toBe('signature_invalid');
  });
});

describe('signing', () => {
  test('what is signed verifies', async () => {
    const claims = { iss: superior.entityId, sub: leaf.entityId, iat: NOW_S, exp: NOW_S + 60, jwks: ownJwks() };
    const token = signEntityStatement(claims, superior.signer);
    expect((await checkAbout(token)).claims).toEqual(claims);
    expect(peekEntityStatement(await token)).toEqual({ kind: 'subordinate', claims });
  });

  test('a statement that would be refused is not signed', async () => {
    const claims = { iss: superior.entityId, sub: leaf.entityId, iat: NOW_S, exp: NOW_S, jwks: ownJwks() };
    expect(await codeOf(() => signEntityStatement(claims, superior.signer))).toBe('claims_invalid');
  });
});
