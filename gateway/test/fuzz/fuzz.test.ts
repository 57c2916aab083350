import { expect, test } from 'vitest';
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
