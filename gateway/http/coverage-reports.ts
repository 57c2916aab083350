import type { Router } from 'express';
import { reportEpochSchema } from '../../schemas/coverage-report.ts';
import type { CoverageReporter } from '../coverage/coverage-reporter.ts';
import { ProblemError } from '../problem-error.ts';
import { StoreError } from '../stores/store-error.ts';
import { allowOnly, queryCount, queryText } from './query.ts';
import { pathOf, resource } from './route.ts';

interface Parts {
  readonly reporter: CoverageReporter;
  /** The entities of this node that report. */
  readonly entityIds: readonly string[];
  /** Lets the national monitor in to one of them, and nobody else. Throws ProblemError. */
  readonly authenticate: (authorization: string | undefined, entityId: string) => Promise<void>;
}

/** GET /v1/coverage/reports below every entity that counts: what the national monitor reads. */
export function mountCoverageReports(router: Router, { reporter, entityIds, authenticate }: Parts): void {
  for (const entityId of entityIds) {
    const path = pathOf(entityId);
    resource(router, `${path}/v1/coverage/reports`, {
      GET: async (request, response) => {
        await authenticate(request.get('authorization'), entityId);
        allowOnly(request, ['epoch', 'after']);
        const epoch = reportEpochSchema.nullable().safeParse(queryText(request, 'epoch'));
        if (!epoch.success) throw new ProblemError('body_invalid', 'epoch: not one of a report');
        const known = { epoch: epoch.data, number: queryCount(request, 'after') ?? 0 };
        const reports = await reporter.after(entityId, known).catch(unavailable);
        if (reports === null) throw new ProblemError('not_found', 'this entity reports nothing');
        response.set('cache-control', 'no-store').json(reports);
      },
    });
  }
}

function unavailable(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new ProblemError('unavailable', 'reports cannot be read at the moment', { 'retry-after': '5' });
}
