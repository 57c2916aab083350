import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CredentialDocuments } from '../../schemas/credential-documents.ts';
import type { ListHead } from '../../schemas/credential-list-head.ts';
import { verifyCredentialRules, verifyTrustList } from './credential-documents.ts';
import type { JwkSet } from './public-key.ts';
import type { TrustBundle } from './trust-bundle.ts';

/** What a bundle has of it. */
export type BundledCredentials = Partial<
  Pick<TrustBundle, 'credential_signers' | 'credential_lists' | 'credential_rules'>
>;

/** One document in force, by whom it is for where that is a destination, and its times. */
interface ShelvedDocument {
  readonly document: 'trust_list' | 'rules';
  /** Null: of every destination. */
  readonly destination: ProvinceCode | null;
  readonly head: ListHead;
}

interface Signed<T extends ListHead> {
  readonly token: string;
  readonly document: T;
}

/**
 * The longest that all documents may be together, in characters: every door fetches them again and again, and the list of
 * 255 keys that the WHO publishes, with the 952 of the VCI directory, needs a third of it (2026-08-22).
 */
const MAX_LENGTH = 2_097_152;

/**
 * The trust list and the rules that certificates are decided with, for whoever takes this node's bundle along. Who may have
 * signed them stands in the node's own anchor file: what anybody else signed is not handed on, nor what goes back.
 */
export class CredentialShelf {
  readonly #signers: JwkSet | null;
  readonly #nowS: () => number;
  readonly #listeners = new Set<() => void>();
  #list: Signed<ListHead> | null = null;
  #rules: ReadonlyMap<ProvinceCode, Signed<ListHead & { readonly destination: ProvinceCode }>> = new Map();

  /** `signers` null: the anchor file pins none, and nothing is handed on. */
  constructor(signers: JwkSet | null, nowS: () => number) {
    this.#signers = signers;
    this.#nowS = nowS;
  }

  /** Takes what is newer than what is here. False: it is too long to be handed on. Throws TrustError: somebody else signed. */
  async take({ trust_list, rules }: CredentialDocuments): Promise<boolean> {
    if (this.#signers === null) return true;
    if (rules.reduce((length, token) => length + token.length, trust_list.length) > MAX_LENGTH) return false;
    const [signers, atS] = [this.#signers, this.#nowS()];
    const list = { token: trust_list, document: await verifyTrustList(trust_list, signers, atS) };
    const given = await Promise.all(
      rules.map(async (token) => ({ token, document: await verifyCredentialRules(token, signers, atS) })),
    );
    // From here on in one go: what somebody else brought while these were verified must not go back.
    const next = new Map(this.#rules);
    for (const { token, document } of given) {
      const known = next.get(document.destination);
      if (isNewer(document, known?.document)) next.set(document.destination, { token, document });
    }
    const isSame =
      !isNewer(list.document, this.#list?.document) && [...next].every(([of, one]) => this.#rules.get(of) === one);
    if (isSame) return true;
    if (isNewer(list.document, this.#list?.document)) this.#list = list;
    this.#rules = next;
    for (const listener of this.#listeners) listener();
    return true;
  }

  /** Hears of everything that is newly in force. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  bundled(): BundledCredentials {
    if (this.#signers === null) return {};
    return {
      credential_signers: this.#signers,
      credential_lists: this.#list === null ? [] : [this.#list.token],
      credential_rules: [...this.#rules.values()].map(({ token }) => token),
    };
  }

  /** What is in force here, with its times. */
  inForce(): ShelvedDocument[] {
    const rules = [...this.#rules].map(([destination, { document: head }]) => ({
      document: 'rules' as const,
      destination,
      head,
    }));
    return this.#list === null
      ? rules
      : [{ document: 'trust_list', destination: null, head: this.#list.document }, ...rules];
  }
}

function isNewer(next: ListHead, known: ListHead | undefined): boolean {
  return known === undefined || next.sequence > known.sequence;
}
