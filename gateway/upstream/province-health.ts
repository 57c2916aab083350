export type BreakerState = 'closed' | 'half-open' | 'open';

/**
 * What one question's end says of the province. `nothing`: it is busy, which is neither death nor health, or the end came
 * of this question alone.
 */
export type Sign = 'answers' | 'fails' | 'nothing';

/** `probe`: the one question that may try a province that is given time to recover. */
export type Admission = 'asked' | 'probe' | 'refused';

const WINDOW_MS = 10_000;
const BUCKET_MS = 100;
const OPEN_MS = 1_000;
/** Questions within the window before their failures mean anything, and the share of failures that opens. */
const LEAST_QUESTIONS = 10;
const OPENING_SHARE = 0.5;
const MOST_FAILING = 1_000;

/**
 * Whether a province is asked at all: a circuit breaker that counts questions, not calls. A question that fails counts
 * once for as long as it stands in the window, however often it is asked: a single code that its system cannot bear must
 * not take the province away from everybody else. Questions are named by whoever asks; times are milliseconds of one
 * clock that does not go back. Pure; has no timers of its own.
 */
export class ProvinceHealth {
  readonly #onChange: (state: BreakerState) => void;
  /** When each failing question failed last, the oldest first. */
  readonly #failing = new Map<string, number>();
  /** How many questions were answered, by the tenth of a second in which they were. */
  readonly #answered = new Map<number, number>();
  #openUntilMs: number | null = null;
  #trying = false;
  #probing = false;

  constructor(onChange: (state: BreakerState) => void) {
    this.#onChange = onChange;
  }

  state(nowMs: number): BreakerState {
    if (this.#openUntilMs === null) return 'closed';
    return nowMs < this.#openUntilMs ? 'open' : 'half-open';
  }

  /** Every question that is admitted ends in `note`. */
  admit(nowMs: number): Admission {
    const state = this.state(nowMs);
    if (state === 'closed') return 'asked';
    if (state === 'open' || this.#probing) return 'refused';
    this.#probing = true;
    if (!this.#trying) {
      this.#trying = true;
      this.#onChange('half-open');
    }
    return 'probe';
  }

  /** `question` is read only where it is needed: a name costs a hash. */
  note(question: () => string, sign: Sign, admission: Admission, nowMs: number): void {
    if (admission === 'probe') this.#probing = false;
    if (sign === 'answers') this.#noteAnswer(question, admission, nowMs);
    if (sign === 'fails') this.#noteFailure(question(), admission, nowMs);
  }

  #noteAnswer(question: () => string, admission: Admission, nowMs: number): void {
    if (admission === 'probe') {
      this.#failing.clear();
      this.#answered.clear();
      this.#openUntilMs = null;
      this.#trying = false;
      this.#onChange('closed');
    }
    if (this.#failing.size > 0) this.#failing.delete(question());
    const bucket = Math.floor(nowMs / BUCKET_MS);
    this.#answered.set(bucket, (this.#answered.get(bucket) ?? 0) + 1);
    if (this.#answered.size > WINDOW_MS / BUCKET_MS) this.#dropBefore(nowMs);
  }

  #noteFailure(question: string, admission: Admission, nowMs: number): void {
    this.#dropBefore(nowMs);
    const isKnown = this.#failing.delete(question);
    this.#failing.set(question, nowMs);
    if (this.#failing.size > MOST_FAILING) dropOldest(this.#failing);
    // That a question fails which failed before says nothing new: the next one tries.
    if (admission === 'probe' ? !isKnown : this.#openUntilMs === null && this.#isFailing()) this.#open(nowMs);
  }

  #isFailing(): boolean {
    const answered = this.#answeredSince(this.#rememberedFromMs());
    const questions = this.#failing.size + answered;
    return questions >= LEAST_QUESTIONS && this.#failing.size >= questions * OPENING_SHARE;
  }

  /** Where more fail within the window than are remembered, it is as long as those that are. */
  #rememberedFromMs(): number {
    const [oldestMs = Number.NEGATIVE_INFINITY] = this.#failing.values();
    return this.#failing.size < MOST_FAILING ? Number.NEGATIVE_INFINITY : oldestMs;
  }

  #answeredSince(fromMs: number): number {
    let answered = 0;
    for (const [bucket, count] of this.#answered) if ((bucket + 1) * BUCKET_MS > fromMs) answered += count;
    return answered;
  }

  #open(nowMs: number): void {
    this.#openUntilMs = nowMs + OPEN_MS;
    this.#trying = false;
    this.#onChange('open');
  }

  #dropBefore(nowMs: number): void {
    const firstMs = nowMs - WINDOW_MS;
    for (const [question, atMs] of this.#failing) {
      if (atMs >= firstMs) break;
      this.#failing.delete(question);
    }
    for (const bucket of this.#answered.keys()) {
      if ((bucket + 1) * BUCKET_MS > firstMs) break;
      this.#answered.delete(bucket);
    }
  }
}

function dropOldest(failing: Map<string, number>): void {
  for (const question of failing.keys()) {
    failing.delete(question);
    return;
  }
}
