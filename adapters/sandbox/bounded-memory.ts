import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterPayload } from 'oidc-provider';

const MAX_STORED = 1_000;

/** JWT access tokens are not stored; what little is kept is bounded and dies with the process. */
export class BoundedMemory implements Adapter {
  static readonly #stored = new LRUCache<string, AdapterPayload>({ max: MAX_STORED });
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  async upsert(id: string, payload: AdapterPayload, expiresInS?: number): Promise<void> {
    const ttl = expiresInS === undefined ? 0 : expiresInS * 1000;
    BoundedMemory.#stored.set(this.#key(id), payload, { ttl });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return BoundedMemory.#stored.get(this.#key(id));
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#ours().find(([, payload]) => payload.uid === uid)?.[1];
  }

  async consume(id: string): Promise<void> {
    const payload = BoundedMemory.#stored.get(this.#key(id));
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    BoundedMemory.#stored.delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, payload] of this.#ours()) {
      if (payload.grantId === grantId) BoundedMemory.#stored.delete(key);
    }
  }

  #ours(): [key: string, payload: AdapterPayload][] {
    return [...BoundedMemory.#stored.entries()].filter(([key]) => key.startsWith(`${this.#model}:`));
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }
}
