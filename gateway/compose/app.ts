import type { RequestListener } from 'node:http';
import express from 'express';
import type { Logger } from 'pino';
import { type BuiltPages, readBuiltPages } from '../http/built-pages.ts';
import { mountDescription } from '../http/description.ts';
import { errorHandler, openFailures } from '../http/errors.ts';
import { mountFederation } from '../http/federation.ts';
import { HotRoutes } from '../http/hot-routes.ts';
import { mountOperations } from '../http/operations.ts';
import { mountOperators } from '../http/operators.ts';
import { missingPage, mountPages } from '../http/pages.ts';
import { beginNotes, headersOfEvery } from '../http/reply.ts';
import { openRequestLog } from '../http/request-log.ts';
import { tracedRequests } from '../http/traced-requests.ts';
import { ProblemError } from '../problem-error.ts';
import { federationPlaces } from './hosting.ts';
import type { Node } from './node.ts';

/** The HTTP side of a node: what every reply carries, what each role answers, and how failures are told. */
export function createApp({ parts, roles, operators, readiness, collect }: Node): RequestListener {
  const { log, metrics, trust, nodeUrl, extras } = parts;
  const logRequest = openRequestLog(log);
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');

  app.use((request, response, next) => {
    const notes = beginNotes(response);
    logRequest(request, response, notes, () => request.route?.path);
    response.setHeaders(new Map(headersOfEvery(notes)));
    next();
  });

  const hot = new HotRoutes(app);
  for (const role of roles) role.mount(app, hot);
  mountFederation(app, trust, { ...federationPlaces(trust.parties), bodies: parts.shared.strangersBodies });
  const ofAll = extras.siblings?.metrics;
  mountOperations(app, { metrics, readiness, collect, ...(ofAll === undefined ? {} : { ofAll }) });
  mountOperators(app, operators, nodeUrl);
  mountDescription(app);
  const built = builtPages(log);
  mountPages(app, built);
  extras.mount?.(app, parts);

  app.use(missingPage(built, () => metrics.problems.inc({ code: 'not_found' })));
  app.use(() => {
    throw new ProblemError('not_found');
  });
  app.use(errorHandler(log, metrics));
  return tracedRequests(hot.before(app, openFailures(log, metrics), logRequest));
}

/** A node without pages answers everything else. */
function builtPages(log: Logger): BuiltPages | null {
  const built = readBuiltPages();
  if (built === null) log.warn({ missing: 'gateway/web/dist', next: 'npm run build:web' }, 'the pages are not built');
  return built;
}
