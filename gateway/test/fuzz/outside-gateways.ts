import { once } from 'node:events';
import { createServer } from 'node:http';
import { listenOnLoopback } from '../../../adapters/sandbox/listen.ts';
import type { PublishedKey, RegistryJwk } from '../../../schemas/registry-event.ts';
import { admissibleKeys, listedKeys } from '../../authority/admissible-keys.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import { signEntityStatement } from '../../trust/entity-statement.ts';
import type { Signer } from '../../trust/signer.ts';
import { RECOGNITION_GATEWAY } from '../../trust/trust-bundle.ts';

/** A gateway on a host of its own: what its superior is asked to admit, and what signs its tokens. */
export interface OutsideGateway {
  readonly entityId: string;
  readonly jwks: { readonly keys: RegistryJwk[] };
  readonly published: PublishedKey[];
  readonly signer: Signer;
}

export interface OutsideHost {
  /** A gateway whose word about itself ends `livesS` from now, which may be a while ago. */
  readonly found: (name: string, livesS: number) => Promise<OutsideGateway>;
  readonly stop: () => Promise<void>;
}

const HOUR_S = 3_600;

/** Starts a host of gateways of one province, with their keys below `folder`. */
export async function startOutsideHost(folder: string, superior: string): Promise<OutsideHost> {
  const configurations = new Map<string, string>();
  const server = createServer((request, response) => {
    const found = configurations.get(request.url ?? '');
    const headers = { 'content-type': 'application/entity-statement+jwt' };
    response.writeHead(found === undefined ? 404 : 200, headers).end(found);
  });
  const url = await listenOnLoopback(server);
  const keys = openKeyStore({ setting: null, dataDir: folder });
  return {
    found: async (name, livesS) => {
      const entityId = `${url}/${name}`;
      const nowS = Math.floor(Date.now() / 1000);
      const federation = await keys.openRing(name, 'federation', { nowS, entityId });
      const attestation = await keys.openRing(name, 'attestation', { nowS, entityId });
      const [own, published] = [federation, attestation].map(({ publicKeys }) => ({ keys: [...publicKeys] }));
      if (own === undefined || published === undefined) throw new Error('no keys');
      const exp = nowS + livesS;
      const claims = { iss: entityId, sub: entityId, iat: Math.min(nowS, exp) - HOUR_S, exp, jwks: own };
      const metadata = { [RECOGNITION_GATEWAY]: { jwks: published } };
      const configuration = await signEntityStatement(
        { ...claims, authority_hints: [superior], metadata },
        federation.signer,
      );
      configurations.set(`/${name}/.well-known/openid-federation`, configuration);
      return {
        entityId,
        jwks: { keys: admissibleKeys(federation.publicKeys) },
        published: listedKeys(attestation.publicKeys, nowS),
        signer: attestation.signer,
      };
    },
    stop: async () => {
      keys.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
