import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Router } from 'express';
import type { FailRequest } from './errors.ts';
import { beginNotes } from './reply.ts';
import type { LogRequest } from './request-log.ts';
import { resource } from './route.ts';

/** Answers a request, or rejects with a ProblemError. Needs nothing of express. */
export type PlainHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * What travellers wait for, answered before express sees it: finding a route and laying out a reply cost express as much
 * as a signature. A POST to the very path is hot; every other method, spelling or query of it goes on to express, where
 * the same handler stands, so that both doors answer alike.
 */
export class HotRoutes {
  readonly #router: Router;
  readonly #byPath = new Map<string, PlainHandler>();

  constructor(router: Router) {
    this.#router = router;
  }

  /** Mounts a handler at both doors. */
  post(path: string, handler: PlainHandler): void {
    resource(this.#router, path, { POST: handler });
    this.#byPath.set(path, handler);
  }

  /** What listens: hot routes here, everything else at `others`. */
  before(others: RequestListener, fail: FailRequest, logRequest: LogRequest): RequestListener {
    return (request, response) => {
      const { url = '' } = request;
      const handler = request.method === 'POST' ? this.#byPath.get(url) : undefined;
      if (handler === undefined) {
        others(request, response);
        return;
      }
      logRequest(request, response, beginNotes(response), () => url);
      handler(request, response).catch((error: unknown) => fail(error, request, response));
    };
  }
}
