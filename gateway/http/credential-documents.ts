import type { Router } from 'express';
import type { CredentialDocuments } from '../../schemas/credential-documents.ts';
import { ProblemError } from '../problem-error.ts';
import { paced } from './paced.ts';
import { resource } from './route.ts';

const EVERY_MS = 1_000;

interface Parts {
  /** Below each issuer entity, and at the root. */
  readonly paths: readonly string[];
  /** Null: nothing here is decided with documents. Throws ProblemError. */
  readonly documents: () => Promise<CredentialDocuments | null>;
}

/**
 * GET /v1/credential-documents: what this node decides certificates with, as whoever answers for it has signed it. It is
 * public, and tells of nobody: nodes hand it on to their doors, which decide by it without a network.
 */
export function mountCredentialDocuments(router: Router, { paths, documents }: Parts): void {
  const shared = paced(documents, EVERY_MS);
  for (const path of paths) {
    resource(router, `${path}/v1/credential-documents`, {
      GET: async (_request, response) => {
        const found = await shared();
        if (found === null) throw new ProblemError('not_found', 'nothing here is decided with lists and rules');
        response.set('cache-control', 'no-cache').json(found);
      },
    });
  }
}
