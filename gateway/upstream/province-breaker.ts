import CircuitBreaker from 'opossum';
import type { Adapter, AdapterAnswer } from '../../adapters/adapter.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';

export type BreakerState = 'closed' | 'half-open' | 'open';

/** One province behind its breaker: fails at once while the province is known to be down. */
export interface GuardedAdapter {
  readonly ask: (token: string) => Promise<AdapterAnswer>;
  readonly breakerState: () => BreakerState;
  readonly close: () => void;
}

const BREAKER = { errorThresholdPercentage: 50, volumeThreshold: 10, resetTimeoutMs: 1_000, windowMs: 10_000 };

/**
 * Puts an adapter behind a circuit breaker and a total time budget (`timeoutMs`, over all requests that one question
 * takes). An absent answer is a success; only an UpstreamError counts against the province.
 */
export function guardAdapter(
  adapter: Adapter,
  timeoutMs: number,
  onChange: (state: BreakerState) => void,
): GuardedAdapter {
  const breaker = new CircuitBreaker((token: string) => withinBudget(adapter.ask(token), timeoutMs), {
    timeout: false,
    errorThresholdPercentage: BREAKER.errorThresholdPercentage,
    volumeThreshold: BREAKER.volumeThreshold,
    resetTimeout: BREAKER.resetTimeoutMs,
    rollingCountTimeout: BREAKER.windowMs,
    errorFilter: (error: unknown) => error instanceof UpstreamError && error.code === 'busy',
  });
  breaker.on('open', () => onChange('open'));
  breaker.on('halfOpen', () => onChange('half-open'));
  breaker.on('close', () => onChange('closed'));
  return {
    ask: async (token) => {
      try {
        return await breaker.fire(token);
      } catch (error) {
        if (!(error instanceof Error && CircuitBreaker.isOurError(error))) throw error;
        throw new UpstreamError('breaker_open', 'the province has been failing and is given time to recover');
      }
    },
    breakerState: () => (breaker.halfOpen ? 'half-open' : breaker.opened ? 'open' : 'closed'),
    close: () => breaker.shutdown(),
  };
}

function withinBudget<T>(work: Promise<T>, budgetMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new UpstreamError('timeout', 'the province did not answer in time')),
      budgetMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
