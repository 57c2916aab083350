import { type Random, randomFrom } from './random.ts';

/** What one run found. A finding names the case by its number, so that the same seed shows it again. */
export interface FuzzReport {
  readonly cases: number;
  readonly seconds: number;
  readonly slowestMs: number;
  /** How often each outcome was seen, the most frequent first. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly findings: readonly string[];
}

export interface FuzzRun {
  readonly cases: number;
  readonly seed: number;
  /** The number of the first case; 0 unless one is to be seen again. */
  readonly from?: number;
  /** Told a few times a second how many cases are done. */
  readonly onProgress?: (done: number) => void;
}

/** What came of one case, and what is wrong about it; null: nothing. */
export interface Judged {
  readonly outcome: string;
  readonly finding: string | null;
}

/** Far longer than any honest case takes, even on a machine with other work: such a case hangs somebody's door. */
const MAX_CASE_MS = 5_000;
const MAX_FINDINGS = 20;
/** Signatures and replies come from elsewhere: one case at a time would mostly wait for them. */
const AT_ONCE = 32;
const TOLD_EVERY_MS = 250;

/** Runs `tryOne` for each case until there are enough findings. `between` is asked after every handful of cases. */
export async function runCases(
  { cases, seed, from: first = 0, onProgress = () => undefined }: FuzzRun,
  tryOne: (random: Random) => Promise<Judged>,
  between: (done: number) => Promise<string | null> = async () => null,
): Promise<FuzzReport> {
  const outcomes = new Map<string, number>();
  const findings: string[] = [];
  let slowestMs = 0;
  const started = performance.now();
  let toldMs = started;
  // A generator for each case: what one draws does not hang on how long others take.
  const run = async (number: number): Promise<void> => {
    const before = performance.now();
    const { outcome, finding } = await tryOne(randomFrom(seed, number)).catch(crashed);
    const tookMs = performance.now() - before;
    slowestMs = Math.max(slowestMs, tookMs);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (finding !== null) findings.push(`case ${number}: ${finding}`);
    if (tookMs > MAX_CASE_MS) findings.push(`case ${number}: took ${Math.round(tookMs)} ms`);
  };
  for (let from = 0; from < cases && findings.length < MAX_FINDINGS; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, cases - from);
    await Promise.all(Array.from({ length: count }, (_, index) => run(first + from + index)));
    const finding = await between(from + count);
    if (finding !== null) findings.push(`up to case ${first + from + count}: ${finding}`);
    if (performance.now() - toldMs < TOLD_EVERY_MS) continue;
    toldMs = performance.now();
    onProgress(from + count);
  }
  const seconds = (performance.now() - started) / 1000;
  const seen = Object.fromEntries([...outcomes].sort(([, a], [, b]) => b - a));
  return { cases, seconds, slowestMs, outcomes: seen, findings };
}

function crashed(error: unknown): Judged {
  return { outcome: 'crash', finding: `crash: ${String(error)}` };
}
