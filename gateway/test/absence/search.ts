import fc from 'fast-check';
import type { Federation } from './federation.ts';
import {
  ALL_GOOD,
  type Combination,
  type Condition,
  conditionsOf,
  faultsBeforeGateway,
  faultsOfAnswer,
  faultsOfPass,
  INPUT_NAMES,
  type Input,
} from './inputs.ts';
import type { Colour } from './province.ts';
import { type Outcome, run } from './run.ts';

/** What one search found. `outcomes`: how often each gateway's answer and verifier's verdict came up. */
export interface SearchReport {
  readonly runs: number;
  readonly seconds: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly findings: readonly string[];
}

const MAX_FINDINGS = 20;
const GOOD = { green: 'pass', red: 'restrict' } as const;
/** Made of closed codes alone; whatever else came out would be somebody's words. */
const CLOSED = /^(?:(?:pass|restrict|refer): )?[a-z_]+(?:,? [a-z_]+)*$/;

/** Mostly good, so that few things are wrong at a time and each is met alone as well as with others. */
function conditionArbitrary(input: Input): fc.Arbitrary<Condition> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant<Condition>('good') },
    { weight: 2, arbitrary: fc.constantFrom(...conditionsOf(input)) },
  );
}

const anyCombination: fc.Arbitrary<Combination> = fc
  .tuple(...INPUT_NAMES.map((input) => conditionArbitrary(input).map((condition) => [input, condition] as const)))
  .map((pairs) => ({ ...ALL_GOOD, ...Object.fromEntries(pairs) }));

/** Tries `runs` combinations of conditions, always the same ones for the same seed. */
export async function search(
  federation: Federation,
  { runs, seed }: { runs: number; seed: number },
): Promise<SearchReport> {
  const started = performance.now();
  const outcomes = new Map<string, number>();
  const findings: string[] = [];
  const sample = fc.sample(fc.tuple(anyCombination, fc.constantFrom<Colour>('green', 'red')), { numRuns: runs, seed });
  for (const [combination, colour] of sample) {
    const outcome = await run(federation, combination, colour).catch((error: unknown) => String(error));
    const wrong = typeof outcome === 'string' ? outcome : faultIn(combination, colour, outcome);
    if (wrong !== null) findings.push(`${wrong}: ${nameOf(combination, colour)}`);
    if (findings.length >= MAX_FINDINGS) break;
    if (typeof outcome === 'string') continue;
    const name = `${outcome.gateway} | ${outcome.verifier ?? '-'} | ${outcome.pass}`;
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
  }
  const seconds = (performance.now() - started) / 1000;
  return { runs, seconds, outcomes: Object.fromEntries([...outcomes].sort(([, a], [, b]) => b - a)), findings };
}

/** What is wrong with an outcome; null where it is what it has to be. */
export function faultIn(combination: Combination, colour: Colour, outcome: Outcome): string | null {
  const { gateway, verifier, accepted, pass, passAccepted } = outcome;
  const wanted = faultsOfAnswer(combination).length === 0 ? GOOD[colour] : null;
  if (wanted === null && (accepted === 'pass' || accepted === 'restrict')) return `it is acted upon (${accepted})`;
  if (wanted !== null && accepted !== wanted) return `nothing is wrong, and it is ${gateway}, ${verifier}`;
  if (faultsBeforeGateway(combination).length > 0 && /^(pass|restrict):/.test(gateway))
    return `the gateway says ${gateway}`;
  const isPassGood = faultsOfPass(combination).length === 0;
  if (passAccepted !== isPassGood) return isPassGood ? `a good pass is ${pass}` : 'a pass is accepted';
  const codes = [gateway, pass, ...(verifier === null ? [] : [verifier])];
  return codes.every((code) => CLOSED.test(code)) ? null : `an outcome has no closed code (${codes.join(' | ')})`;
}

export function nameOf(combination: Combination, colour: Colour): string {
  const wrong = INPUT_NAMES.filter((input) => combination[input] !== 'good');
  return `${colour} ${wrong.map((input) => `${input}=${combination[input]}`).join(' ')}`;
}
