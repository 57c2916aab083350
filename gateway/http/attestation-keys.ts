import type { Router } from 'express';
import type { PublicJwk } from '../trust/public-key.ts';
import { resource } from './route.ts';

/** GET /.well-known/jwks.json: what attestations are signed with, for readers without a trust chain. */
export function mountAttestationKeys(router: Router, keys: () => readonly PublicJwk[]): void {
  resource(router, '/.well-known/jwks.json', {
    GET: (_request, response) => {
      response.json({ keys: keys() });
    },
  });
}
