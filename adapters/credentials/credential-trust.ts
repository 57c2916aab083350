import type { SignerKey } from './signer-key.ts';

/** What a certificate may be about, for keys that may sign some of these alone. */
export type CertifiedKind = 'vaccination' | 'test' | 'recovery';

/** Who signs, as a trust list names them: a country (ISO 3166-1 alpha-2), a domain's participant, or a web address. */
export interface SignerEntry {
  readonly issuer: string;
  /** Null: the list names it, and it breaks the rules of its family, so nothing can be verified with it. */
  readonly key: SignerKey | null;
  /** Null: of every kind. */
  readonly kinds: ReadonlySet<CertifiedKind> | null;
  /** From when on its list should have been replaced, epoch seconds; null for what its operator keeps by hand. */
  readonly nextUpdateS: number | null;
  readonly revocations: Revocations | null;
}

/** What an issuer has revoked under one key. */
export interface Revocations {
  /** Unreadable: the list is at hand and breaks its rules, so that it may mean any card. */
  readonly state: 'known' | 'unknown' | 'unreadable';
  /** Revoked whenever it was issued (null), or where it was issued before this epoch second. */
  readonly beforeS: ReadonlyMap<string, number | null>;
}

/** Whose signatures count. Names from outside are looked up in maps alone. */
export interface CredentialTrust {
  /** HCERT: signers by the first eight octets of their certificate's digest, in hex. Several may share them. */
  readonly hcert: ReadonlyMap<string, readonly SignerEntry[]>;
  /** SHC: keys of an issuer's address by their thumbprint. */
  readonly shc: ReadonlyMap<string, ReadonlyMap<string, readonly SignerEntry[]>>;
}

/** 2^64 names make two that are alike a rarity; a list with more is an attack on our time. */
export const MAX_KEYS_OF_ONE_NAME = 1_000;

/** What any of these trusts. Keys of one name stand beside one another. */
export function joinedTrust(...parts: readonly CredentialTrust[]): CredentialTrust {
  const hcert = new Map<string, SignerEntry[]>();
  const shc = new Map<string, Map<string, SignerEntry[]>>();
  for (const part of parts) {
    for (const [name, entries] of part.hcert) addAll(hcert, name, entries);
    for (const [issuer, keys] of part.shc) {
      const known = shc.get(issuer) ?? new Map<string, SignerEntry[]>();
      shc.set(issuer, known);
      for (const [name, entries] of keys) addAll(known, name, entries);
    }
  }
  return { hcert, shc };
}

function addAll(lists: Map<string, SignerEntry[]>, name: string, entries: readonly SignerEntry[]): void {
  const list = lists.get(name) ?? [];
  // One more than are tried, so that it shows that there are others.
  lists.set(name, [...list, ...entries].slice(0, MAX_KEYS_OF_ONE_NAME + 1));
}
