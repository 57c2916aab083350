type Listener = { readonly onSize: (size: number) => void; seen: number };

/** Tells listeners of sizes, each one only of sizes larger than it has heard. */
export class GrowthFeed {
  readonly #listeners = new Set<Listener>();

  add(onSize: (size: number) => void): () => void {
    const listener = { onSize, seen: -1 };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  announce(size: number): void {
    for (const listener of this.#listeners) {
      if (size <= listener.seen) continue;
      listener.seen = size;
      // A listener's fault must not look like a failed append, which is durable by now.
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener.onSize(size);
      });
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
