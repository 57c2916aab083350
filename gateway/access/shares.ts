/** How much of one thing each client has at the moment, and all of them together. A client that has none is forgotten. */
export class Shares {
  readonly #byClient = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Negative amounts give back. */
  add(client: string, amount: number): void {
    this.#total += amount;
    const own = this.of(client) + amount;
    if (own > 0) this.#byClient.set(client, own);
    else this.#byClient.delete(client);
  }

  of(client: string): number {
    return this.#byClient.get(client) ?? 0;
  }

  /** What a client has in parts of the average of all who have some: above 1 for whoever has more, 1 for one alone. */
  weightOf(client: string): number {
    return this.#total === 0 ? 0 : (this.of(client) * this.#byClient.size) / this.#total;
  }
}
