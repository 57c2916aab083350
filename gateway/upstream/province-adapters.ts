import { randomBytes } from 'node:crypto';
import type { AdapterAnswer } from '../../adapters/adapter.ts';
import { openAdapter } from '../../adapters/adapter.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { RegisteredAdapter, RegistryState } from '../registry/registry-state.ts';
import { type BreakerState, type GuardedAdapter, guardAdapter } from './province-breaker.ts';
import { SingleFlight } from './single-flight.ts';
import type { UpstreamClient } from './upstream-client.ts';

/** How a province is reached and with which secrets: the operator's side of an adapter. */
export interface ProvinceAccess {
  /** The wire to its system within the limits of a manifest; whoever opens it closes it. */
  readonly openClient: (limits: Manifest['upstream']) => UpstreamClient;
  /** As they are now. */
  readonly secrets: () => Readonly<Record<string, string>>;
}

/** One version of one province's adapter with its own pool and breaker. Closes when nobody needs it any more. */
interface OpenVersion {
  readonly province: ProvinceCode;
  readonly guarded: GuardedAdapter;
  readonly client: UpstreamClient;
  underWay: number;
  retired: boolean;
}

/**
 * The provinces' adapters, each version with its own pool and breaker, so that one that hangs holds up no other. Follows
 * the registry; questions under way to a version that was replaced still get their answer.
 */
export class ProvinceAdapters {
  readonly #open = new Map<string, OpenVersion>();
  readonly #flights = new SingleFlight<AdapterAnswer>();
  readonly #accessOf: (manifest: Manifest) => ProvinceAccess;
  readonly #nowMs: () => number;
  readonly #onBreaker: (province: ProvinceCode, state: BreakerState) => void;

  /** `onBreaker` hears of every change. */
  constructor(
    accessOf: (manifest: Manifest) => ProvinceAccess,
    nowMs: () => number,
    onBreaker: (province: ProvinceCode, state: BreakerState) => void,
  ) {
    this.#accessOf = accessOf;
    this.#nowMs = nowMs;
    this.#onBreaker = onBreaker;
  }

  /** Opens what the registry has in use or on trial, and lets go of the rest. */
  follow({ adapters, trials }: RegistryState): void {
    const wanted = [...adapters.values(), ...[...trials.values()].map(({ adapter }) => adapter)];
    const digests = new Set(wanted.map(({ digest }) => digest));
    for (const adapter of wanted) this.#version(adapter);
    for (const [digest, version] of this.#open) {
      if (digests.has(digest)) continue;
      this.#open.delete(digest);
      version.retired = true;
      closeIfIdle(version);
    }
  }

  /** Asks one version about a token; concurrent questions about the same token are one question. Throws UpstreamError. */
  ask(adapter: RegisteredAdapter, token: string): Promise<AdapterAnswer> {
    return this.#flights.run(`${adapter.digest} ${token}`, async () => {
      // A scan that began before a change may still ask for the version of then.
      const version = this.#version(adapter);
      version.underWay += 1;
      try {
        return await version.guarded.ask(token);
      } finally {
        version.underWay -= 1;
        closeIfIdle(version);
      }
    });
  }

  breakerStates(): { province: ProvinceCode; state: BreakerState }[] {
    return [...this.#open.values()].map(({ province, guarded }) => ({ province, state: guarded.breakerState() }));
  }

  async close(): Promise<void> {
    for (const { guarded } of this.#open.values()) guarded.close();
    await Promise.all([...this.#open.values()].map(({ client }) => client.close()));
  }

  #version({ manifest, digest }: RegisteredAdapter): OpenVersion {
    const known = this.#open.get(digest);
    if (known !== undefined) return known;
    const opened = this.#openVersion(manifest);
    this.#open.set(digest, opened);
    return opened;
  }

  #openVersion(manifest: Manifest): OpenVersion {
    const { province, upstream } = manifest;
    const access = this.#accessOf(manifest);
    const client = access.openClient(upstream);
    const adapter = openAdapter({
      manifest,
      fetch: client.fetch,
      nowMs: this.#nowMs,
      nonce: () => randomBytes(16).toString('hex'),
      secret: (name) => secretOf(access, name),
    });
    const guarded = guardAdapter(adapter, upstream.timeout_ms, (state) => this.#onBreaker(province, state));
    return { province, guarded, client, underWay: 0, retired: false };
  }
}

function closeIfIdle({ retired, underWay, guarded, client }: OpenVersion): void {
  if (!retired || underWay > 0) return;
  guarded.close();
  void client.close();
}

function secretOf(access: ProvinceAccess, name: string): string {
  const secrets = access.secrets();
  const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (secret === undefined) throw new UpstreamError('credentials', `the operator has not provided the secret ${name}`);
  return secret;
}
