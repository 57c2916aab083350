import { expect, test } from 'vitest';
import { WrongUsage } from '../../program-options.ts';
import { BROKEN } from '../../trust/attestation-rules.fixture.ts';
import { fuzzAsks } from './asks.ts';
import { fuzzAttestations } from './attestations.ts';
import { fuzzCredentials } from './credentials.ts';
import { casesByFamily, FAMILIES } from './families.ts';
import { HELP, readOptions } from './options.ts';
import { fuzzReplies } from './replies.ts';
import { type FuzzReport, runCases } from './report.ts';
import { fuzzScans } from './scans.ts';
import { fuzzStatements } from './statements.ts';
import { fuzzTimes } from './times.ts';
import { fuzzVerifiers } from './verifiers.ts';

/** `npm run fuzz -- --cases 1000000` is the long run, outside the suite. */
const SEED = 20_221_204;

/** Nothing was found, and the cases reached every layer: a lazy mutation would pass for a strict reader. */
function expectReached({ findings, outcomes }: FuzzReport, layers: readonly string[]): void {
  expect(findings).toEqual([]);
  expect(Object.keys(outcomes)).toEqual(expect.arrayContaining([...layers]));
}

test('a family has no share of a run over all of them, or the shares are not the whole of it', () => {
  const shares = casesByFamily(1_000_000);
  expect([...shares.keys()]).toEqual([...FAMILIES.keys()]);
  expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBe(1_000_000);
  expect([...casesByFamily(1).values()].every((share) => share === 1)).toBe(true);
});

test('options that nobody can run are run, or the help is no help', () => {
  const refused = ['--ony=scans', '--only=scanners', '--cases=0', '--cases=1e9.5', '--seed=x', '--from=-1', 'scans'];
  for (const arg of refused) expect(() => readOptions([arg]), arg).toThrow(WrongUsage);
  expect(readOptions([])).toEqual({ only: null, cases: 100_000, seed: 1, from: 0 });
  for (const said of [...FAMILIES.keys(), '--cases', '--seed', '--from', '--only']) expect(HELP).toContain(said);
});

test('a case that is tried alone is another one than in the run that found it', async () => {
  const whole = await fuzzTimes({ cases: 500, seed: SEED });
  const alone = new Map<string, number>();
  for (let from = 0; from < 500; from += 1) {
    const [outcome = ''] = Object.keys((await fuzzTimes({ cases: 1, seed: SEED, from })).outcomes);
    alone.set(outcome, (alone.get(outcome) ?? 0) + 1);
  }
  expect(Object.fromEntries(alone)).toEqual(whole.outcomes);
});

test('one case of a run draws what another one does, a little later', async () => {
  const drawn: number[] = [];
  for (const seed of [12, SEED]) {
    await runCases({ cases: 200, seed }, async (random) => {
      for (let n = 0; n < 20; n += 1) drawn.push(random(2 ** 32));
      return { outcome: 'drawn', finding: null };
    });
  }
  expect(new Set(drawn).size).toBe(drawn.length);
});

test('what scanners make of a code is another code, two codes are one, or a piece is somebody else’s', async () => {
  const report = await fuzzScans({ cases: 8_000, seed: SEED });
  expectReached(report, [
    'framed: recognised',
    'caps lock: recognised',
    'two at once: two_codes',
    'two at once: not_a_code',
    'twice: two_codes',
    'token twice: not_a_code',
    'cut off: not_a_code',
    'altered: not_a_code',
    'only a frame: not_a_code',
  ]);
  expect(Object.keys(report.outcomes)).not.toContain('framed: not_a_code');
});

test('a time is read as another than the calendar gives, or a time that nobody can mean is believed', async () => {
  const report = await fuzzTimes({ cases: 20_000, seed: SEED });
  expect(report.findings).toEqual([]);
  expect(Object.keys(report.outcomes).sort()).toEqual(['at', 'impossible', 'unreadable']);
});

test('a reply gives a colour that it does not say, or ends in another failure than the closed one', async () => {
  const report = await fuzzReplies({ cases: 5_000, seed: SEED });
  const colours = ['green', 'yellow', 'red'];
  const seen = ['in order', 'strange status', 'decoys', 'altered'];
  expectReached(report, [
    ...seen.flatMap((name) => colours.map((colour) => `${name}: ${colour}`)),
    ...['malformed', 'undeclared', 'busy', 'credentials'].map((code) => `another code: failed ${code}`),
    ...['expired', 'unknown'].map((why) => `another HTTP status: absent ${why}`),
    'said twice: failed malformed',
    'another encoding: failed encoding',
    'no statement: failed signature',
    'another flag: indeterminate unmapped_value',
    'another time: indeterminate as_of_impossible',
  ]);
});

test('a statement that differs from its record is shown, or one that agrees with it is refused', async () => {
  const report = await fuzzStatements({ cases: 2_000, seed: SEED });
  expect(report.findings).toEqual([]);
  expect(Object.keys(report.outcomes).sort()).toEqual([
    'a disclosure less: not theirs',
    'altered: not theirs',
    'signed by a stranger: not theirs',
    'signed for another: not theirs',
    'signed too long ago: not theirs',
    'signed: agrees',
    'signed: differs',
    'signed: impossible',
  ]);
});

test('an attestation that breaks a rule is accepted, or refused under the name of another', async () => {
  const report = await fuzzAttestations({ cases: 3_000, seed: SEED });
  const broken = [...new Set(BROKEN.map(({ rule }) => `broken: ${rule}`))];
  const any = ['refused', 'pass', 'restrict', 'refer'].map((what) => `any: ${what}`);
  expectReached(report, ['honest: verified', ...broken, ...any]);
});

test('a changed certificate crashes its reader, holds it up, or is valid and says something else', async () => {
  const report = await fuzzCredentials({ cases: 600, seed: SEED });
  expectReached(report, [
    ...['base45_malformed', 'compression_malformed', 'inflated_too_large', 'cbor_malformed', 'cbor_too_deep'],
    ...['numeric_malformed', 'json_malformed', 'signature_invalid', 'claims_malformed', 'ok'],
  ]);
});

const RUNS = 5_000;

test('a changed token, chain, bundle or statement crashes the verifier, holds it up, or is accepted', async () => {
  const report = await fuzzVerifiers({ cases: RUNS, seed: SEED });
  expectReached(report, [
    'signature_invalid',
    'evidence_mismatch',
    'chain_broken',
    'typ_wrong',
    'key_unknown',
    'pass signature_invalid',
    'pass status_list_invalid',
    'bundle_refused',
  ]);
});

const ASKS = 1_000;

test('an ask with something wrong reaches a system, or is answered otherwise than by the closed code of what is wrong', async () => {
  const report = await fuzzAsks({ cases: ASKS, seed: SEED });
  expectReached(report, [
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
  ]);
});
