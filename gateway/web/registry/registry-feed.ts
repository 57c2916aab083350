import { askOwnGateway } from '../shell/own-gateway.ts';
import { type RegistryView, readRegistry } from './registry-view.ts';

const HELD_FOR_S = 25;
const ANSWER_WITHIN_MS = 40_000;
const AGAIN_AFTER_MS = 3_000;
/** However fast the log grows. */
const MOST_OFTEN_MS = 1_000;

/** `live`: told of every new entry of the log. `lost`: the last reading did not succeed. */
export type FeedState = 'live' | 'lost';

/** Reads the registry, and again whenever its log grows, which the gateway holds a question open for. */
export class RegistryFeed {
  readonly #onView: (view: RegistryView) => void;
  readonly #onState: (state: FeedState) => void;
  #view: RegistryView | null = null;
  #stopped = false;

  constructor(onView: (view: RegistryView) => void, onState: (state: FeedState) => void) {
    this.#onView = onView;
    this.#onState = onState;
    void this.#follow();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Reads now, whether the log has grown or not. */
  async read(): Promise<boolean> {
    const view = await readRegistry(this.#view);
    if (this.#stopped) return true;
    this.#onState(view === null ? 'lost' : 'live');
    if (view === null) return false;
    this.#view = view;
    this.#onView(view);
    return true;
  }

  async #follow(): Promise<void> {
    while (!this.#stopped) {
      const fromMs = performance.now();
      const isRead = await this.read();
      // Who waits takes a place that a node may need: nobody looks at a page that is not shown.
      await shown();
      const isTold = isRead && (await this.#grown());
      await later(isTold ? MOST_OFTEN_MS - (performance.now() - fromMs) : AGAIN_AFTER_MS);
    }
  }

  /** Resolves when the log is another or the gateway has held the question long enough; false where it does not answer. */
  async #grown(): Promise<boolean> {
    const path = `/v1/log/checkpoint?since=${this.#view?.coveredSize ?? 0}&wait_s=${HELD_FOR_S}`;
    const reply = await askOwnGateway(path, {}, ANSWER_WITHIN_MS);
    if (reply?.status === 200) return true;
    if (!this.#stopped) this.#onState('lost');
    return false;
  }
}

function shown(): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener('visibilitychange', () => resolve(), { once: true }));
}

function later(afterMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, afterMs)));
}
