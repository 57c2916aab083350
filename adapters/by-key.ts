const NOTHING: readonly never[] = [];

/** Entries by a key that nearly always has one: which is then found without a list to make or to go through. */
export class ByKey<K, T> {
  readonly #first = new Map<K, T>();
  readonly #more = new Map<K, T[]>();

  add(key: K, entry: T): void {
    if (!this.#first.has(key)) this.#first.set(key, entry);
    else this.#more.set(key, [...(this.#more.get(key) ?? NOTHING), entry]);
  }

  forEach(key: K, visit: (entry: T) => void): void {
    const first = this.#first.get(key);
    if (first === undefined) return;
    visit(first);
    if (this.#more.size > 0) this.#more.get(key)?.forEach(visit);
  }
}
