import { UpstreamError } from '../../adapters/upstream-error.ts';
import { type Deadline, Deadlines } from './deadlines.ts';
import { FailedQuestions } from './failed-questions.ts';
import { type BreakerState, ProvinceHealth, type Sign } from './province-health.ts';

export type { BreakerState } from './province-health.ts';

/** One way to a province behind its breaker: fails at once while nobody answers there. */
export interface Guarded<Question, Answer> {
  /** Throws UpstreamError: `timeout` after `withinMs`, and `breaker_open` with the last failure as its cause. */
  readonly ask: (question: Question, withinMs: number) => Promise<Answer>;
  readonly breakerState: () => BreakerState;
  /** What failed a moment ago may be asked again now. */
  readonly forgetFailures: () => void;
  /** Nothing is waited for any more. */
  readonly close: () => void;
}

/**
 * Puts a way to ask behind the province's health, a total time budget over all requests that one question takes, and the
 * memory of what has just failed. An absent answer is as good as any; only an UpstreamError counts against the province.
 * Questions that have `usualMs` share one timer.
 */
export function guardAsk<Question extends { readonly token: string }, Answer>(
  askOnce: (question: Question, withinMs: number) => Promise<Answer>,
  onChange: (state: BreakerState) => void,
  usualMs: number,
): Guarded<Question, Answer> {
  const health = new ProvinceHealth(onChange);
  const failed = new FailedQuestions();
  const deadlines = new Deadlines(usualMs);
  const inTime = (work: Promise<Answer>, withinMs: number) =>
    withinMs === usualMs ? beforeDeadline(work, deadlines.begin()) : withinBudget(work, withinMs);
  const nowMs = () => performance.now();
  let lastFailure: UpstreamError | null = null;

  /** What cannot even begin has failed like any other: whoever was admitted has to be heard of again. */
  function begun(question: Question, withinMs: number): Promise<Answer> {
    try {
      return askOnce(question, withinMs);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function ask(question: Question, withinMs: number): Promise<Answer> {
    const name = once(() => failed.nameOf(question.token));
    const known = failed.recall(name, nowMs());
    if (known !== null) return Promise.reject(known);
    const admission = health.admit(nowMs());
    if (admission === 'refused') {
      const cause = lastFailure;
      return Promise.reject(
        new UpstreamError('breaker_open', 'the province has been failing and is given time to recover', { cause }),
      );
    }
    return inTime(begun(question, withinMs), withinMs).then(
      (answer) => {
        health.note(name, 'answers', admission, nowMs());
        return answer;
      },
      (error: unknown) => {
        let sign: Sign = 'nothing';
        if (error instanceof UpstreamError) {
          sign = signOf(error);
          failed.remember(name, error, nowMs());
          if (sign === 'fails') lastFailure = error;
        }
        health.note(name, sign, admission, nowMs());
        throw error;
      },
    );
  }

  return {
    ask,
    breakerState: () => health.state(nowMs()),
    forgetFailures: () => failed.forget(),
    close: () => deadlines.close(),
  };
}

/** One that is busy is alive, and one that answers what nobody declared says so of one code: neither is an outage. */
function signOf({ code }: UpstreamError): Sign {
  return code === 'busy' || code === 'undeclared' ? 'nothing' : 'fails';
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Rejects with UpstreamError `timeout` where the work takes longer; what it comes to then is heard by nobody. */
export function withinBudget<T>(work: Promise<T>, budgetMs: number): Promise<T> {
  const deadlines = new Deadlines(budgetMs);
  return beforeDeadline(work, deadlines.begin(), () => deadlines.close());
}

/** The same before a deadline that others may share a timer with. `ended`: it is over, whatever it came to. */
function beforeDeadline<T>(work: Promise<T>, deadline: Deadline, ended: () => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    deadline.onOver = () => reject(new UpstreamError('timeout', 'the province did not answer in time'));
    work.then(
      (result) => {
        deadline.end();
        ended();
        resolve(result);
      },
      (error: unknown) => {
        deadline.end();
        ended();
        reject(error);
      },
    );
  });
}
