import { beforeAll, describe, expect, test } from 'vitest';
import { CREDENTIAL_RULES_TYP, TRUST_LIST_TYP } from './credential-documents.ts';
import { CredentialShelf } from './credential-shelf.ts';
import { codeOf, makeKey, NOW_S } from './federation.fixture.ts';
import { signCompact } from './signer.ts';

const HEAD = { issued_at: '2027-01-01T00:00:00Z', next_update: '2027-02-01T00:00:00Z' };
const nowS = () => NOW_S;

let pinned: Awaited<ReturnType<typeof makeKey>>;
let stranger: typeof pinned;

beforeAll(async () => {
  [pinned, stranger] = [await makeKey('lists'), await makeKey('lists')];
});

interface Draft {
  readonly list?: number;
  readonly rules?: number;
  readonly signer?: typeof pinned;
  /** What makes the list long. */
  readonly filler?: string;
}

async function documents({ list = 1, rules = 1, signer = pinned, filler = '' }: Draft = {}) {
  const card_issuers =
    filler === '' ? [] : [{ iss: 'https://a.example', jwks: { keys: [{ filler }] }, revocation_lists: [] }];
  const body = { ...HEAD, destination: '440000', value_sets: {}, rules: [] };
  return {
    trust_list: await signCompact(
      { typ: TRUST_LIST_TYP },
      { ...HEAD, sequence: list, signers: [], card_issuers },
      signer.signer,
    ),
    rules: [await signCompact({ typ: CREDENTIAL_RULES_TYP }, { ...body, sequence: rules }, signer.signer)],
  };
}

const open = () => new CredentialShelf({ keys: [pinned.jwk] }, nowS);
const sequences = (shelf: CredentialShelf) =>
  shelf.inForce().map(({ document, head }) => `${document} ${head.sequence}`);

describe('documents that a node hands on', () => {
  test('are not those that a pinned key signed', async () => {
    const shelf = open();
    const given = await documents();
    await expect(shelf.take(given)).resolves.toBe(true);
    expect(shelf.bundled()).toEqual({
      credential_signers: { keys: [pinned.jwk] },
      credential_lists: [given.trust_list],
      credential_rules: given.rules,
    });
  });

  test('are those of a stranger', async () => {
    const shelf = open();
    expect(await codeOf(async () => shelf.take(await documents({ signer: stranger })))).toBe('signature_invalid');
    expect(shelf.bundled()).toMatchObject({ credential_lists: [], credential_rules: [] });
  });

  test('are somebody’s where the anchor file pins nobody', async () => {
    const shelf = new CredentialShelf(null, nowS);
    await shelf.take(await documents());
    expect(shelf.bundled()).toEqual({});
  });

  test('go back, or are forgotten when they are left out', async () => {
    const shelf = open();
    await shelf.take(await documents({ list: 5, rules: 5 }));
    await shelf.take({ ...(await documents({ list: 4 })), rules: [] });
    expect(sequences(shelf)).toEqual(['trust_list 5', 'rules 5']);
    await shelf.take(await documents({ list: 6, rules: 4 }));
    expect(sequences(shelf)).toEqual(['trust_list 6', 'rules 5']);
  });

  test('go back where older ones were still being verified', async () => {
    const shelf = open();
    const given = await Promise.all([documents({ rules: 6 }), documents({ rules: 5 })]);
    await Promise.all(given.map((one) => shelf.take(one)));
    expect(sequences(shelf)).toEqual(['trust_list 1', 'rules 6']);
  });

  test('that are the same are told as news, or newer ones are not', async () => {
    const shelf = open();
    let heard = 0;
    shelf.onChange(() => {
      heard += 1;
    });
    for (const list of [1, 1, 2]) await shelf.take(await documents({ list }));
    expect(heard).toBe(2);
  });

  test('have any length', async () => {
    const shelf = open();
    await expect(shelf.take(await documents({ filler: 'x'.repeat(1_600_000) }))).resolves.toBe(false);
    expect(shelf.inForce()).toEqual([]);
  });
});
