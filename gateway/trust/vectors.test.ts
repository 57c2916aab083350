import { describe, expect, test } from 'vitest';
import { ATTESTATION_RULES } from '../../schemas/code-lists/attestation-rules.ts';
import { keysOf } from '../../schemas/code-lists/index.ts';
import attestations from '../../schemas/vectors/forged/attestations.json' with { type: 'json' };
import statements from '../../schemas/vectors/forged/statements.json' with { type: 'json' };
import { jwkSetSchema } from './public-key.ts';
import { discloseStatement } from './status-statement.ts';
import { trustBundleSchema } from './trust-bundle.ts';
import { TrustError } from './trust-error.ts';
import { verifyAttestation } from './verify-attestation.ts';

/** The published vectors, as whoever wrote another verifier would run them. */

describe('attestations', () => {
  const { entity_id, jwks } = trustBundleSchema.parse(attestations.anchor);
  const { at_s: atS, audience, nonce } = attestations;
  const usual = new Map<string, readonly string[]>(Object.entries(attestations.chains));

  test.each(attestations.vectors)('$name: $defect', async ({ name, expected, ...vector }) => {
    const chains = new Map<string, readonly string[]>([...usual, ...Object.entries(vector.chains ?? {})]);
    const histories = new Map<string, string>(Object.entries(vector.historical_keys ?? {}));
    const checked = await verifyAttestation(
      { attestation: vector.attestation, ...(vector.evidence === undefined ? {} : { evidence: vector.evidence }) },
      {
        anchor: { entity_id, jwks },
        chainOf: (id) => {
          const chain = chains.get(id);
          if (chain === undefined) throw new TrustError('fetch_failed', 'there is no chain');
          return chain;
        },
        historicalKeysOf: (id) => histories.get(id) ?? null,
        atS,
        audience,
        nonce,
      },
    );
    expect(checked).toMatchObject(expected);
    expect(vector.defect === null, name).toBe(checked.verified);
  });

  test('a rule that is seen in what an attestation says has no vector', () => {
    const named = attestations.vectors.flatMap(({ expected }) => ('rule' in expected ? [expected.rule] : []));
    // When a statement is out of date its own times are looked at first.
    const wanted = keysOf(ATTESTATION_RULES).filter((rule) => rule !== 'statement_out_of_date');
    expect([...new Set(named)].sort()).toEqual(wanted.sort());
  });
});

describe('statements', () => {
  const jwks = jwkSetSchema.parse(statements.jwks);

  test.each(statements.vectors)('$name: $defect', async ({ statement, refused }) => {
    const opened = discloseStatement(statement, statements.issuer, jwks, { atS: statements.at_s });
    if (refused === null) expect((await opened).claims).toMatchObject({ status: 'green', handle: 'h-1' });
    else await expect(opened).rejects.toMatchObject({ name: 'TrustError', code: refused });
  });
});
