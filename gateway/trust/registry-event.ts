import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import { sha256Base64url } from './sha256.ts';
import { type Signer, signCompact } from './signer.ts';

/** Who signs, and where its chain of events stands: `seq` and `prev` of its last event (0 and null before the first). */
export interface ChainHead {
  readonly entityId: string;
  readonly seq: number;
  readonly prev: string | null;
}

/** A signed event and where its signer's chain stands after it. */
export interface SignedEvent {
  readonly jws: string;
  readonly head: ChainHead;
}

/**
 * Signs the next event of an entity. Needs WebCrypto and no node module, so a browser can sign with a key that never
 * leaves it. `iatS`: seconds since 1970.
 */
export async function signEvent<K extends RegistryEventKind>(
  signer: Signer,
  { entityId, seq, prev }: ChainHead,
  event: { readonly kind: K; readonly body: RegistryEventBody<K> },
  iatS: number,
): Promise<SignedEvent> {
  const { kind, body } = event;
  const payload = { iss: entityId, seq: seq + 1, prev, iat: iatS, kind, body };
  const jws = await signCompact({ typ: 'registry-event+jwt' }, payload, signer);
  return { jws, head: { entityId, seq: seq + 1, prev: textDigest(jws) } };
}

/** base64url SHA-256 over a text's UTF-8 bytes: `prev`, `manifest_digest`, `scenarios_digest`. */
export function textDigest(text: string): string {
  return sha256Base64url(text);
}
