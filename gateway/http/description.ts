import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Router } from 'express';
import { resource } from './route.ts';

const OPENAPI = join(import.meta.dirname, '../../schemas/generated/openapi.json');
const MAX_AGE_S = 300;

/** GET /openapi.json: the description of everything that is answered here. Read once, here. */
export function mountDescription(router: Router): void {
  const openapi = readFileSync(OPENAPI);
  resource(router, '/openapi.json', {
    GET: (_request, response) => {
      response.set('cache-control', `public, max-age=${MAX_AGE_S}`).type('application/json').send(openapi);
    },
  });
}
