import { randomUUID } from 'node:crypto';
import express, { type Express } from 'express';
import { mountAudits } from '../http/audit.ts';
import { mountDescription } from '../http/description.ts';
import { errorHandler } from '../http/errors.ts';
import { mountEvents } from '../http/events.ts';
import { mountFederation } from '../http/federation.ts';
import { mountLog } from '../http/log.ts';
import { mountOperations } from '../http/operations.ts';
import { mountOperators } from '../http/operators.ts';
import { mountPasses } from '../http/passes.ts';
import { mountRegistry, mountRegistryEvents } from '../http/registry.ts';
import { resource } from '../http/route.ts';
import { mountVerifications } from '../http/verifications.ts';
import { ProblemError } from '../problem-error.ts';
import { mountSandbox } from '../sandbox/http.ts';
import { mountSandboxKeys } from '../sandbox/http-keys.ts';
import type { GatewayContext } from './context.ts';

/** The HTTP side of a gateway: which paths there are, what every reply carries, and how failures are told. */
export function createApp(context: GatewayContext, isDraining: () => boolean): Express {
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
      context.log.info(line, 'request');
    });
    next();
  });

  mountVerifications(app, context);
  mountPasses(app, { ...context, passes: context.trust.passes });
  mountAudits(app, context);
  const { entityId, registry, sm2Verify, nowMs } = context.verification;
  mountEvents(app, { entityId, registry, sm2Verify, nowMs, provinces: context.trust.provinces, ...context.shared });
  mountFederation(app, context);
  mountOperations(app, context, isDraining);
  mountRegistryEvents(app, context.registry);
  mountRegistry(app, context.registry);
  mountLog(app, context.registry);
  mountOperators(app, context.operators, context.entityId);
  resource(app, '/.well-known/jwks.json', {
    GET: (_request, response) => {
      response.json({ keys: context.trust.attestationKeys.publicKeys });
    },
  });
  mountDescription(app);
  if (context.sandbox !== null) {
    const { ready } = context.sandbox;
    const { cache } = context.verification;
    const forgetProvince: typeof cache.forgetProvince = (province, kind) => cache.forgetProvince(province, kind);
    mountSandbox(app, { control: ready.control, forgetProvince });
    mountSandboxKeys(app, {
      control: ready.control,
      replaceKeys: context.trust.replaceProvinceKeys,
      forgetProvince: (province) => forgetProvince(province, 'province'),
    });
  }

  app.use(() => {
    throw new ProblemError('not_found');
  });
  app.use(errorHandler(context.log, context.verification.metrics));
  return app;
}
