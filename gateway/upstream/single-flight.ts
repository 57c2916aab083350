/** Lets concurrent callers of one key share one piece of work. Nothing is remembered once it has settled. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  /** Runs `work` unless the same key is already under way, and then waits for that instead. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const underWay = this.#flights.get(key);
    if (underWay !== undefined) return underWay;
    const flight = work();
    const landed = () => void this.#flights.delete(key);
    this.#flights.set(key, flight);
    flight.then(landed, landed);
    return flight;
  }
}
