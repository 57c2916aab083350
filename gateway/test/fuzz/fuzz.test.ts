import { expect, test } from 'vitest';
import { fuzzAsks } from './asks.ts';
import { fuzzVerifiers } from './verifiers.ts';

/** FUZZ_RUNS for a long one; `npm run fuzz -- --cases 1000000` runs it outside the suite. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20_000);

test(
  'a changed token, chain, bundle or statement crashes the verifier, holds it up, or is accepted',
  async () => {
    const report = await fuzzVerifiers({ cases: RUNS, seed: 20_221_204 });
    expect(report.findings).toEqual([]);
    // The cases must reach every layer, or a lazy mutation would pass for a strict verifier.
    expect(Object.keys(report.outcomes)).toEqual(
      expect.arrayContaining([
        'signature_invalid',
        'evidence_mismatch',
        'chain_broken',
        'typ_wrong',
        'key_unknown',
        'pass signature_invalid',
        'pass status_list_invalid',
        'bundle_refused',
      ]),
    );
  },
  60_000 + RUNS * 5,
);

const ASKS = Number(process.env['FUZZ_RUNS'] ?? 2_000);

test(
  'an ask with something wrong reaches a system, or is answered otherwise than by the closed code of what is wrong',
  async () => {
    const report = await fuzzAsks({ cases: ASKS, seed: 20_221_204 });
    expect(report.findings).toEqual([]);
    // Each stage of the door must have had its turn, and those that are in order their answer.
    expect(Object.keys(report.outcomes)).toEqual(
      expect.arrayContaining([
        'answer statement',
        'answer absent',
        'answer not_ours',
        'loop_refused',
        'node_token_invalid',
        'node_not_admitted',
        'unavailable',
        'media_type_unsupported',
        'body_too_large',
        'body_invalid',
        'proof_replayed',
        'personal_identifier_refused',
        'cut',
      ]),
    );
  },
  60_000 + ASKS * 5,
);
