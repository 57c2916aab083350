interface Place {
  readonly giveUp: () => void;
}

/**
 * Places that are taken for a while, by anybody: whoever takes many of them keeps nobody out. Where none is left, one of
 * those that has most gives up the place that it has had for longest to whoever has fewer.
 */
export class FairPlaces {
  readonly #most: number;
  readonly #byPeer = new Map<string, Set<Place>>();
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get taken(): number {
    return this.#taken;
  }

  /**
   * Takes a place; `giveUp` is called at once when it goes to somebody else. Gives back what leaves it, which may be called
   * again; null where there is none, and nobody has more than whoever asks would have.
   */
  take(peer: string, giveUp: () => void): (() => void) | null {
    if (this.#taken >= this.#most && !this.#makeRoomFor(peer)) return null;
    const place = { giveUp };
    const places = this.#byPeer.get(peer) ?? new Set();
    this.#byPeer.set(peer, places.add(place));
    this.#taken += 1;
    return () => this.#leave(peer, place);
  }

  #makeRoomFor(peer: string): boolean {
    const own = this.#byPeer.get(peer)?.size ?? 0;
    let heaviest: { readonly peer: string; readonly places: ReadonlySet<Place> } | null = null;
    for (const [each, places] of this.#byPeer) {
      if (places.size > (heaviest?.places.size ?? own + 1)) heaviest = { peer: each, places };
    }
    const [longest] = heaviest?.places ?? [];
    if (heaviest === null || longest === undefined) return false;
    this.#leave(heaviest.peer, longest);
    longest.giveUp();
    return true;
  }

  #leave(peer: string, place: Place): void {
    const places = this.#byPeer.get(peer);
    if (places === undefined || !places.delete(place)) return;
    this.#taken -= 1;
    if (places.size === 0) this.#byPeer.delete(peer);
  }
}
