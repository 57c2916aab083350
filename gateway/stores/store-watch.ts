import { StoreError, type StoreErrorCode } from './store-error.ts';

const LOOK_EVERY_MS = 2_000;
const RETRY_MS = { first: 250, most: 5_000 };

/** What a store owes whoever keeps it open. */
export interface WatchedStore {
  /** Resolves where the store answers. Throws StoreError. */
  readonly probe: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Parts<Store extends WatchedStore> {
  /** Throws StoreError. */
  readonly open: () => Promise<Store>;
  /** Hears of every failure that is another than the last, and of the first success after one (null). */
  readonly onChange: (failure: StoreError | null) => void;
}

/** After these the store is opened anew: its file may have been moved away, its tables may be gone. */
const LET_GO = new Set<StoreErrorCode>(['damaged', 'unwritable', 'closed']);

/**
 * A store that verification goes on without: opened in the background, looked at every two seconds, and tried again with
 * back-off while it cannot be used. A damaged file is let go of, so that an operator can move it away meanwhile.
 */
export class StoreWatch<Store extends WatchedStore> {
  readonly #parts: Parts<Store>;
  #opening: Promise<Store> | null = null;
  #failure: StoreError | null = null;
  #failedLooks = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void>;
  #isClosed = false;

  constructor(parts: Parts<Store>) {
    this.#parts = parts;
    this.#looking = this.#look();
  }

  /** Why the store cannot be used at the moment, or null. */
  get failure(): StoreError | null {
    return this.#failure;
  }

  /** Runs `work` on the store. Throws StoreError; between two tries at once, for nobody waits for what is known to be away. */
  async use<T>(work: (store: Store) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new StoreError('closed', 'the store');
    if (this.#failure !== null) throw this.#failure;
    return await this.#attempt(work);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#letGo();
  }

  async #look(): Promise<void> {
    try {
      await this.#attempt((store) => store.probe());
      this.#failedLooks = 0;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#failedLooks += 1;
    }
    this.#plan(
      this.#failure === null ? LOOK_EVERY_MS : Math.min(RETRY_MS.first * 2 ** this.#failedLooks, RETRY_MS.most),
    );
  }

  async #attempt<T>(work: (store: Store) => Promise<T>): Promise<T> {
    try {
      const result = await work(await this.#opened());
      this.#settle(null);
      return result;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#settle(error);
      if (LET_GO.has(error.code)) await this.#letGo();
      throw error;
    }
  }

  #opened(): Promise<Store> {
    this.#opening ??= this.#parts.open().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  #settle(failure: StoreError | null): void {
    const isFirst = failure !== null && this.#failure === null;
    const isNews = failure?.code !== this.#failure?.code;
    this.#failure = failure;
    if (isNews && !this.#isClosed) this.#parts.onChange(failure);
    if (isFirst) this.#plan(RETRY_MS.first);
  }

  #plan(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, delayMs).unref();
  }

  async #letGo(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    await opening?.then((store) => store.close()).catch(ignoreStoreError);
  }
}

/** What is damaged may not even close. */
function ignoreStoreError(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
