import type { StatementKeyRecord } from '../../adapters/sandbox/protocol.ts';
import { registryJwkSchema } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import type { KeyRecord } from '../registry/fold-state.ts';
import type { RegistryDoor } from '../registry/registry-door.ts';

/**
 * Brings the log to what a simulated system says of the keys that it signs statements with, as its province has to: the
 * log is where everybody learns of them.
 */
export async function logStatementKeys(
  door: RegistryDoor,
  province: Actor,
  records: readonly StatementKeyRecord[],
): Promise<void> {
  const use = 'statement';
  const logged = (kid: string): KeyRecord | undefined =>
    door
      .folded()
      .entities.get(province.entityId)
      ?.keys.find((key) => key.use === use && key.jwk.kid === kid);
  // What comes after is announced before what went is ended, so that there is never none.
  for (const { jwk } of records) {
    if (logged(jwk.kid) !== undefined) continue;
    await door.submit(province, { kind: 'key_announced', body: { use, jwk: registryJwkSchema.parse(jwk) } });
  }
  for (const { jwk, state } of records) {
    const { kid } = jwk;
    const known = logged(kid)?.state;
    if (state !== 'announced' && state !== 'revoked' && known === 'announced') {
      await door.submit(province, { kind: 'key_activated', body: { use, kid } });
    }
    if (state === 'retired' && logged(kid)?.state === 'active') {
      await door.submit(province, { kind: 'key_retired', body: { use, kid } });
    }
    if (state === 'revoked' && known !== 'revoked') {
      await door.submit(province, { kind: 'key_revoked', body: { entity_id: province.entityId, use, kid } });
    }
  }
}
