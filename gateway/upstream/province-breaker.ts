import CircuitBreaker from 'opossum';
import { UpstreamError } from '../../adapters/upstream-error.ts';

export type BreakerState = 'closed' | 'half-open' | 'open';

/** One way to a province behind its breaker: fails at once while nobody answers there. */
export interface Guarded<Question, Answer> {
  /** Throws UpstreamError: `timeout` after `withinMs`, and `breaker_open` with the last failure as its cause. */
  readonly ask: (question: Question, withinMs: number) => Promise<Answer>;
  readonly breakerState: () => BreakerState;
  readonly close: () => void;
}

const BREAKER = { errorThresholdPercentage: 50, volumeThreshold: 10, resetTimeoutMs: 1_000, windowMs: 10_000 };

/**
 * Puts a way to ask behind a circuit breaker and a total time budget, over all requests that one question takes. An
 * absent answer is a success; only an UpstreamError counts against the province.
 */
export function guardAsk<Question, Answer>(
  askOnce: (question: Question, withinMs: number) => Promise<Answer>,
  onChange: (state: BreakerState) => void,
): Guarded<Question, Answer> {
  let lastFailure: unknown;
  const fire = async (question: Question, withinMs: number) => {
    try {
      return await withinBudget(askOnce(question, withinMs), withinMs);
    } catch (error) {
      if (!isBusy(error)) lastFailure = error;
      throw error;
    }
  };
  const breaker = new CircuitBreaker(fire, {
    timeout: false,
    errorThresholdPercentage: BREAKER.errorThresholdPercentage,
    volumeThreshold: BREAKER.volumeThreshold,
    resetTimeout: BREAKER.resetTimeoutMs,
    rollingCountTimeout: BREAKER.windowMs,
    errorFilter: isBusy,
  });
  breaker.on('open', () => onChange('open'));
  breaker.on('halfOpen', () => onChange('half-open'));
  breaker.on('close', () => onChange('closed'));
  return {
    ask: async (question, withinMs) => {
      try {
        return await breaker.fire(question, withinMs);
      } catch (error) {
        if (!(error instanceof Error && CircuitBreaker.isOurError(error))) throw error;
        throw new UpstreamError('breaker_open', 'the province has been failing and is given time to recover', {
          cause: lastFailure,
        });
      }
    },
    breakerState: () => (breaker.halfOpen ? 'half-open' : breaker.opened ? 'open' : 'closed'),
    close: () => breaker.shutdown(),
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'busy';
}

/** Rejects with UpstreamError `timeout` where the work takes longer; what it comes to then is heard by nobody. */
export function withinBudget<T>(work: Promise<T>, budgetMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new UpstreamError('timeout', 'the province did not answer in time')),
      budgetMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
