import { randomUUID } from 'node:crypto';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { type BuiltPages, readBuiltPages } from '../http/built-pages.ts';
import { mountDescription } from '../http/description.ts';
import { errorHandler } from '../http/errors.ts';
import { mountFederation } from '../http/federation.ts';
import { mountOperations } from '../http/operations.ts';
import { mountOperators } from '../http/operators.ts';
import { mountPages } from '../http/pages.ts';
import { tracedLine } from '../http/question-headers.ts';
import { ProblemError } from '../problem-error.ts';
import { federationPlaces } from './hosting.ts';
import type { Node } from './node.ts';

/** The HTTP side of a node: what every reply carries, what each role answers, and how failures are told. */
export function createApp({ parts, roles, operators, readiness, collect }: Node): Express {
  const { log, metrics, trust, nodeUrl, extras } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');

  app.use((request, response, next) => {
    const requestId = randomUUID();
    const started = performance.now();
    response.locals['requestId'] = requestId;
    response.set({
      'x-request-id': requestId,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    response.once('finish', () => {
      // The route, not the path: a path could carry what somebody typed.
      const route: unknown = request.route?.path;
      const took_ms = Math.round(performance.now() - started);
      const line = { request_id: requestId, method: request.method, route, status: response.statusCode, took_ms };
      log.info({ ...line, ...tracedLine(response) }, 'request');
    });
    next();
  });

  for (const role of roles) role.mount(app);
  mountFederation(app, trust, federationPlaces(trust.parties));
  mountOperations(app, { metrics, readiness, collect });
  mountOperators(app, operators, nodeUrl);
  mountDescription(app);
  mountPages(app, builtPages(log));
  extras.mount?.(app, parts);

  app.use(() => {
    throw new ProblemError('not_found');
  });
  app.use(errorHandler(log, metrics));
  return app;
}

/** A node without pages answers everything else. */
function builtPages(log: Logger): BuiltPages | null {
  const built = readBuiltPages();
  if (built === null) log.warn({ missing: 'gateway/web/dist', next: 'npm run build' }, 'the pages are not built');
  return built;
}
