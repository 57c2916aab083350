import { configure, NOW_S, type Party, state } from './federation.fixture.ts';
import { seededKey } from './seeded-key.fixture.ts';
import type { TrustErrorCode } from './trust-error.ts';

/** One chain as somebody hands it in, and what has to come of it: the entity that it resolves, or a refusal. */
export interface ChainVector {
  readonly name: string;
  readonly defect: string | null;
  /** When it is looked at, epoch seconds. */
  readonly at_s: number;
  readonly statements: readonly string[];
  readonly expected: { readonly entity_id: string; readonly exp_s: number } | { readonly refused: TrustErrorCode };
}

async function party(entityId: string): Promise<Party> {
  return { entityId, ...(await seededKey(`key of ${entityId}`)) };
}

/** A chain of a gateway, its province and the anchor, and that chain with one defect each. Always the same bytes. */
export async function chainVectors(): Promise<{ readonly anchor: Party; readonly vectors: readonly ChainVector[] }> {
  const [anchor, province, gateway, stranger] = await Promise.all([
    party('https://anchor.example'),
    party('https://province.example'),
    party('https://gateway.example'),
    party('https://stranger.example'),
  ]);
  const hints = { authority_hints: [province.entityId], metadata: { recognition_gateway: { rate: 5 } } };
  const leaf = await configure(gateway, hints);
  const byProvince = await state(province, gateway);
  const byAnchor = await state(anchor, province);
  const good = [leaf, byProvince, byAnchor];
  const resolved = { entity_id: gateway.entityId, exp_s: NOW_S + 3600 };
  const refused = (
    name: string,
    defect: string,
    [statements, code]: readonly [readonly string[], TrustErrorCode],
    at_s = NOW_S,
  ): ChainVector => ({ name, defect, at_s, statements, expected: { refused: code } });
  const vectors: readonly ChainVector[] = [
    { name: 'good', defect: null, at_s: NOW_S, statements: good, expected: resolved },
    {
      name: 'with-the-anchors-own-word',
      defect: null,
      at_s: NOW_S,
      statements: [...good, await configure(anchor)],
      expected: resolved,
    },
    refused('expired', 'looked at after its end', [good, 'expired'], NOW_S + 7200),
    refused('not-yet', 'looked at long before it was signed', [good, 'not_yet_valid'], NOW_S - 7200),
    refused('empty', 'no statement at all', [[], 'chain_broken']),
    refused('link-left-out', 'nothing says anything of the gateway', [[leaf, byAnchor], 'chain_broken']),
    refused('in-another-order', 'two statements in each other’s place', [
      [leaf, byAnchor, byProvince],
      'anchor_unknown',
    ]),
    refused('of-another-anchor', 'signed by somebody who is not the anchor', [
      [leaf, byProvince, await state(stranger, province)],
      'anchor_unknown',
    ]),
    refused('under-the-anchors-name', 'a stranger signs in the anchor’s name', [
      [leaf, byProvince, await state(anchor, province, {}, stranger.signer)],
      'key_unknown',
    ]),
    refused('key-not-stated', 'the gateway signs with a key that its superior does not state', [
      [leaf, await state(province, gateway, { jwks: { keys: [stranger.jwk] } }), byAnchor],
      'key_unknown',
    ]),
    refused('changed', 'one character of a signature changed', [
      [leaf, byProvince, altered(byAnchor)],
      'signature_invalid',
    ]),
    refused('policy', 'a superior’s policy wants a smaller value', [
      [
        leaf,
        await state(province, gateway, { metadata_policy: { recognition_gateway: { rate: { one_of: [1, 2] } } } }),
        byAnchor,
      ],
      'invalid_metadata',
    ]),
    refused('too-deep', 'a constraint of the anchor allows no intermediate', [
      [leaf, byProvince, await state(anchor, province, { constraints: { max_path_length: 0 } })],
      'constraint_violated',
    ]),
  ];
  return { anchor, vectors };
}

/** The same token with another octet in its signature. */
function altered(token: string): string {
  const at = token.lastIndexOf('.') + 10;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}
