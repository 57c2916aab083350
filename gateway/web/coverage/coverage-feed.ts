import { type Coverage, coverageSchema } from '../../../schemas/coverage.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { isClose, pathOf, type Question } from './question.ts';

const EVENTS = '/v1/coverage/events';
const ANSWER_WITHIN_MS = 15_000;
/** Where nobody tells us. */
const POLL_EVERY_MS = 5_000;
/** Windows move on without anything that would be told. */
const REFRESH_EVERY_MS = 30_000;
const LISTEN_AGAIN_AFTER_MS = 60_000;

/** What is shown: everything, and what is looked at closely, if anything is. */
export interface Shown {
  readonly whole: Coverage;
  readonly close: Coverage | null;
}

/** `live`: told of every change. `polling`: read every few seconds. `lost`: the last reading did not succeed. */
export type FeedState = 'live' | 'polling' | 'lost';

/** Reads coverage, and again whenever the gateway says that it is another, one reading at a time. */
export class CoverageFeed {
  readonly #question: Question;
  readonly #onShown: (shown: Shown) => void;
  readonly #onState: (state: FeedState) => void;
  #events: EventSource | null = null;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #isReading = false;
  #isStale = false;
  #stopped = false;

  constructor(question: Question, onShown: (shown: Shown) => void, onState: (state: FeedState) => void) {
    this.#question = question;
    this.#onShown = onShown;
    this.#onState = onState;
    this.#listen();
    void this.#read();
  }

  stop(): void {
    this.#stopped = true;
    this.#events?.close();
    clearTimeout(this.#poll);
    clearTimeout(this.#again);
  }

  #listen(): void {
    const events = new EventSource(EVENTS);
    this.#events = events;
    events.addEventListener('changed', () => void this.#read());
    events.addEventListener('error', () => {
      // A browser tries again by itself, unless it was refused.
      if (events.readyState !== EventSource.CLOSED || this.#stopped) return;
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#listen(), LISTEN_AGAIN_AFTER_MS);
    });
  }

  get #isLive(): boolean {
    return this.#events?.readyState === EventSource.OPEN;
  }

  async #read(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    let succeeded = true;
    while (this.#isStale && !this.#stopped) {
      this.#isStale = false;
      succeeded = await this.#readOnce();
    }
    this.#isReading = false;
    if (this.#stopped) return;
    this.#onState(succeeded ? (this.#isLive ? 'live' : 'polling') : 'lost');
    clearTimeout(this.#poll);
    const everyMs = this.#isLive && succeeded ? REFRESH_EVERY_MS : POLL_EVERY_MS;
    this.#poll = setTimeout(() => void this.#read(), everyMs);
  }

  async #readOnce(): Promise<boolean> {
    const question = this.#question;
    const [whole, close] = await Promise.all([
      readCoverage(pathOf(question, false)),
      isClose(question) ? readCoverage(pathOf(question, true)) : null,
    ]);
    if (this.#stopped) return true;
    if (whole === null || (isClose(question) && close === null)) return false;
    this.#onShown({ whole, close });
    return true;
  }
}

async function readCoverage(path: string): Promise<Coverage | null> {
  const reply = await askOwnGateway(path, {}, ANSWER_WITHIN_MS);
  if (reply?.status !== 200) return null;
  return coverageSchema.safeParse(jsonOrUndefined(reply.text)).data ?? null;
}
