import type { JWK } from 'jose';
import {
  type EventOf,
  MAX_EVENT_BYTES,
  type PublishedKey,
  REGISTRY_EVENT_TYP,
  type RegistryEvent,
  registryEventSchema,
} from '../../schemas/registry-event.ts';
import { verifyEntityConfiguration } from '../trust/entity-statement.ts';
import { keyIdentity, type PublicJwk, publicJwkSchema } from '../trust/public-key.ts';
import { publishedKeysIn } from '../trust/published-keys.ts';
import { parseCompact, verifyCompact } from '../trust/strict-jws.ts';
import { TrustError } from '../trust/trust-error.ts';
import { type FoldState, isRejection, type Rejection, rejected, type VerifiedEvent } from './fold-state.ts';
import { digestOf } from './manifest-text.ts';

const STRICT = { maxBytes: MAX_EVENT_BYTES, typ: REGISTRY_EVENT_TYP } as const;

/**
 * Verifies an event's signature with the key that the state has for its signer, and its form. The state of the key is
 * for the fold to judge, at the event's place in the log. Never throws over what a stranger sent.
 */
export async function verifyEvent(state: FoldState, jws: string): Promise<VerifiedEvent | Rejection> {
  try {
    const { header, payload } = parseCompact(jws, STRICT);
    const key = state.size === 0 ? ownKey(payload, header.kid) : registeredKey(state, payload['iss'], header.kid);
    if (isRejection(key)) return key;
    await verifyCompact(jws, key, STRICT);
    const event = eventOf(payload);
    if (isRejection(event)) return event;
    const refusal = event.kind === 'subordinate_keys_changed' ? await refuseHandover(state, event) : undefined;
    return refusal ?? { event, kid: header.kid, hash: digestOf(jws) };
  } catch (error) {
    if (error instanceof TrustError) return refusalOf(error);
    throw error;
  }
}

/**
 * New keys count where one of the keys before signed for them: the entity's configuration, by a key that the log has,
 * lists them. Its times are judged at the event's own, so that every reader decides alike for ever.
 */
async function refuseHandover(
  state: FoldState,
  { iat, body }: EventOf<'subordinate_keys_changed'>,
): Promise<Rejection | undefined> {
  const { entity_id: entityId, configuration } = body;
  const record = state.subordinates.get(entityId);
  const before = record?.jwks ?? [];
  try {
    const jwks = { keys: before.map((jwk) => publicJwkSchema.parse(jwk)) };
    const { claims } = await verifyEntityConfiguration(configuration, { entityId, jwks, atS: iat });
    const listed = new Set(claims.jwks.keys.map(keyIdentity));
    const areHandedOver =
      body.jwks.keys.every((jwk) => listed.has(keyIdentity(jwk))) &&
      (body.published ?? []).every((key) =>
        isStated(key, record === undefined ? null : publishedKeysIn(claims, record.kind)),
      );
    return areHandedOver ? undefined : rejected('keys_not_handed_over');
  } catch (error) {
    if (error instanceof TrustError) return rejected('keys_not_handed_over', error.code);
    throw error;
  }
}

/** Whether the entity itself gives out a key, under that name and with that end. */
function isStated({ jwk, ends_s }: PublishedKey, stated: readonly PublicJwk[] | null): boolean {
  const own = stated?.find(({ kid }) => kid === jwk.kid);
  return own !== undefined && keyIdentity(own) === keyIdentity(jwk) && own.exp === ends_s;
}

function registeredKey(state: FoldState, iss: unknown, kid: string): JWK | Rejection {
  const signer = typeof iss === 'string' ? state.entities.get(iss) : undefined;
  if (signer === undefined) return rejected('signer_unknown');
  const key = signer.keys.find(({ use, jwk }) => use === 'registry' && jwk.kid === kid);
  return key?.jwk ?? rejected('key_unknown');
}

/** Entry 0 brings its own keys. That they are the anchor's is checked against the gateway's configuration. */
function ownKey(payload: object, kid: string): JWK | Rejection {
  const event = eventOf(payload);
  if (isRejection(event)) return event;
  if (event.kind !== 'registry_created') return rejected('registry_missing');
  return event.body.jwks.keys.find((key) => key.kid === kid) ?? rejected('key_unknown');
}

function eventOf(payload: object): RegistryEvent | Rejection {
  const parsed = registryEventSchema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return rejected('event_malformed', `at ${issue === undefined ? '/' : `/${issue.path.join('/')}`}`);
}

function refusalOf({ code }: TrustError): Rejection {
  switch (code) {
    case 'signature_invalid':
      return rejected('signature_invalid');
    case 'key_unknown':
      return rejected('key_unknown');
    default:
      return rejected('event_malformed', code);
  }
}
