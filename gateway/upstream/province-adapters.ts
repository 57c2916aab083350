import { randomBytes } from 'node:crypto';
import type { AdapterAnswer } from '../../adapters/adapter.ts';
import { openAdapter } from '../../adapters/adapter.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { RegisteredAdapter } from '../registry/registry-state.ts';
import { type BreakerState, type GuardedAdapter, guardAdapter } from './province-breaker.ts';
import { SingleFlight } from './single-flight.ts';
import { openUpstreamClient, type UpstreamClient } from './upstream-client.ts';

/** Where a province is reached and with which secrets: the operator's side of an adapter. */
export interface ProvinceAccess {
  readonly origin: string;
  readonly secrets: Readonly<Record<string, string>>;
}

interface OpenProvince {
  readonly guarded: GuardedAdapter;
  readonly client: UpstreamClient;
}

/** The provinces' adapters, each with its own pool and breaker, so that one that hangs holds up no other. */
export class ProvinceAdapters {
  readonly #open = new Map<ProvinceCode, OpenProvince>();
  readonly #flights = new SingleFlight<AdapterAnswer>();

  constructor(
    adapters: readonly RegisteredAdapter[],
    accessOf: (province: ProvinceCode) => ProvinceAccess | null,
    nowMs: () => number,
  ) {
    for (const { manifest } of adapters) {
      const access = accessOf(manifest.province) ?? { origin: manifest.upstream.base_url, secrets: {} };
      const client = openUpstreamClient(manifest.upstream, access.origin);
      const adapter = openAdapter({
        manifest,
        fetch: client.fetch,
        nowMs,
        nonce: () => randomBytes(16).toString('hex'),
        secret: (name) => secretOf(access, name),
      });
      this.#open.set(manifest.province, { guarded: guardAdapter(adapter, manifest.upstream.timeout_ms), client });
    }
  }

  /** Asks a province about a token; concurrent questions about the same token are one question. Throws UpstreamError. */
  ask(province: ProvinceCode, token: string): Promise<AdapterAnswer> {
    const open = this.#open.get(province);
    if (open === undefined) return Promise.reject(new UpstreamError('connect_failed', 'no adapter is open'));
    return this.#flights.run(`${province} ${token}`, () => open.guarded.ask(token));
  }

  breakerStates(): { province: ProvinceCode; state: BreakerState }[] {
    return [...this.#open].map(([province, { guarded }]) => ({ province, state: guarded.breakerState() }));
  }

  async close(): Promise<void> {
    for (const { guarded } of this.#open.values()) guarded.close();
    await Promise.all([...this.#open.values()].map(({ client }) => client.close()));
  }
}

function secretOf(access: ProvinceAccess, name: string): string {
  const secret = Object.hasOwn(access.secrets, name) ? access.secrets[name] : undefined;
  if (secret === undefined) throw new UpstreamError('credentials', `the operator has not provided the secret ${name}`);
  return secret;
}
