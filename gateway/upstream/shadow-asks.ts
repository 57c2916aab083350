import type { Counter } from 'prom-client';
import type { AdapterAnswer } from '../../adapters/adapter.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { adapterIdOf } from '../../schemas/adapter-id.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { RegisteredAdapter, RegistryState } from '../registry/registry-state.ts';
import type { ProvinceAdapters } from './province-adapters.ts';
import type { ProvinceAnswer, Question } from './question.ts';

/** At most this many comparisons a second and province: a trial must not double the load on a province's system. */
const MOST_PER_SECOND = 5;

/** `outcome`: one finds the code and the other does not. `claims`: the same status for other reasons. */
type Comparison = 'same' | 'status' | 'claims' | 'outcome' | 'failed';

/**
 * Asks a version on shadow trial what the active one was asked just now, compares, and counts. What it says is never
 * served, kept or logged.
 */
export class ShadowAsks {
  readonly #ask: ProvinceAdapters['ask'];
  readonly #nowMs: () => number;
  readonly #spent = new Map<ProvinceCode, { second: number; asked: number }>();
  readonly #comparisons: Counter<'province' | 'version' | 'result'>;

  constructor(
    ask: ProvinceAdapters['ask'],
    comparisons: Counter<'province' | 'version' | 'result'>,
    nowMs: () => number,
  ) {
    this.#ask = ask;
    this.#nowMs = nowMs;
    this.#comparisons = comparisons;
  }

  /**
   * Compares in the background, if a shadow trial is on and its share of traffic is not used up. Never throws. What a
   * province's node says is compared there, between its own system's two versions.
   */
  compare(state: RegistryState, asked: RegisteredAdapter, question: Question, served: ProvinceAnswer): void {
    if (!isOfSystem(served)) return;
    const { province } = asked.manifest;
    const trial = state.trials.get(adapterIdOf(asked.manifest));
    if (trial?.mode.stage !== 'shadow' || !this.#takeTurn(province)) return;
    const { manifest } = trial.adapter;
    const result = this.#ask(trial.adapter, question).then(
      (answer): Comparison => (isOfSystem(answer) ? compareAnswers(served, answer, manifest) : 'failed'),
      (error: unknown): Comparison => {
        if (error instanceof UpstreamError) return 'failed';
        throw error;
      },
    );
    result.then(
      (comparison) => this.#comparisons.inc({ province, version: manifest.version, result: comparison }),
      () => this.#comparisons.inc({ province, version: manifest.version, result: 'failed' }),
    );
  }

  #takeTurn(province: ProvinceCode): boolean {
    const second = Math.floor(this.#nowMs() / 1000);
    const spent = this.#spent.get(province);
    if (spent === undefined || spent.second !== second) {
      this.#spent.set(province, { second, asked: 1 });
      return true;
    }
    spent.asked += 1;
    return spent.asked <= MOST_PER_SECOND;
  }
}

function isOfSystem(answer: ProvinceAnswer): answer is AdapterAnswer {
  return answer.kind === 'found' || answer.kind === 'absent';
}

function compareAnswers(served: AdapterAnswer, tried: AdapterAnswer, { reply }: Manifest): Comparison {
  if (served.kind === 'absent' || tried.kind === 'absent') {
    const alike = served.kind === 'absent' && tried.kind === 'absent' && served.why === tried.why;
    return alike ? 'same' : 'outcome';
  }
  const [a, b] = [served.translation.claims, tried.translation.claims];
  if (a.status !== b.status) return 'status';
  // A system that computes its answer when asked gives another time each time.
  const timed = reply.as_of.from === 'field';
  const [left, right] = [a, b].map(({ handle: _handle, status_as_of, ...rest }) =>
    JSON.stringify({ ...rest, status_as_of: timed ? status_as_of : null }),
  );
  return left === right ? 'same' : 'claims';
}
