import { type CheckpointTrust, checkpointText } from '../log/checkpoint.ts';
import { formatNote, formatVerifierKey, type NoteKey, noteKey, rawPublicKey } from '../log/note.ts';
import type { TreeHead } from '../log/store.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { KeyError } from './key-error.ts';
import type { KeyRing, RingTerms } from './key-ring.ts';
import type { KeyStore } from './key-store.ts';

/** The owner of a registry's own rings: the log's keys, and the registrar's. */
export const REGISTRY_OWNER = 'registry';

/** The keys of a log, as they are now: they sign checkpoints. */
export interface LogSigner {
  readonly origin: string;
  /** Announced, active and retired inside their window, each as the one-line verifier key of C2SP signed-note. */
  readonly verifierKeys: readonly string[];
  /** The active one. */
  readonly verifierKey: string;
  /** Every usable key. */
  readonly trust: CheckpointTrust;
  /** For whoever watches it: a change of the ring shows in every member here. */
  readonly ring: KeyRing;
  /**
   * The signed checkpoint of a tree head, with a line by each usable key among `verifierKeys`; the active one unless given.
   * Throws KeyError `key_unknown` where none of them is ours: nobody would believe that checkpoint.
   */
  readonly sign: (head: TreeHead, verifierKeys?: readonly string[]) => string;
  /** The verifier key of a kid in the ring; null where it is not usable. A gate compares it with what the log lists. */
  readonly verifierKeyOf: (kid: string) => string | null;
}

/**
 * Opens a log's keys, making the first where there is none. The origin is settled with the ring: a log keeps its name
 * when the node moves to another address. Throws KeyError.
 */
export async function openLogSigner(
  store: KeyStore,
  owner: string,
  origin: string,
  terms: Omit<RingTerms, 'origin'> = { nowS: Math.floor(Date.now() / 1000) },
): Promise<LogSigner> {
  return new RingLogSigner(await store.openRing(owner, 'log', { ...terms, origin }), origin);
}

interface LogKey {
  readonly kid: string;
  readonly key: NoteKey;
  readonly verifierKey: string;
}

class RingLogSigner implements LogSigner {
  readonly ring: KeyRing;
  readonly origin: string;
  #of: readonly PublicJwk[] = [];
  #keys: readonly LogKey[] = [];

  constructor(ring: KeyRing, origin: string) {
    this.ring = ring;
    this.origin = ring.origin ?? origin;
  }

  get verifierKeys(): readonly string[] {
    return this.#usable().map(({ verifierKey }) => verifierKey);
  }

  get verifierKey(): string {
    return this.verifierKeyOf(this.ring.signer.kid) ?? '';
  }

  get trust(): CheckpointTrust {
    return { origin: this.origin, logKeys: this.#usable().map(({ key }) => key), witnesses: [] };
  }

  sign({ size, root }: TreeHead, verifierKeys?: readonly string[]): string {
    const wanted = verifierKeys ?? [this.verifierKey];
    const keys = this.#usable().filter(({ verifierKey }) => wanted.includes(verifierKey));
    if (keys.length === 0) throw new KeyError('key_unknown', 'none of the keys that the log lists is in the ring');
    const text = checkpointText({ origin: this.origin, size, root });
    const signed = Buffer.from(text);
    const signatures = keys.map(({ kid, key }) => ({
      name: key.name,
      keyId: key.id,
      bytes: this.ring.signBytes(signed, kid),
    }));
    return formatNote({ text, signatures });
  }

  verifierKeyOf(kid: string): string | null {
    return this.#usable().find((candidate) => candidate.kid === kid)?.verifierKey ?? null;
  }

  #usable(): readonly LogKey[] {
    const { publicKeys } = this.ring;
    if (publicKeys !== this.#of) {
      this.#keys = publicKeys.map((jwk) => this.#logKey(jwk));
      this.#of = publicKeys;
    }
    return this.#keys;
  }

  #logKey(jwk: PublicJwk): LogKey {
    const { kid } = jwk;
    const key = noteKey(this.origin, 'ed25519', rawPublicKey(jwk));
    return { kid, key, verifierKey: formatVerifierKey(key) };
  }
}
