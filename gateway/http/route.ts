import type { Request, Response, Router } from 'express';
import { ProblemError } from '../problem-error.ts';

type Method = 'GET' | 'POST' | 'PUT';
type Handler = (request: Request, response: Response) => void | Promise<void>;

/** Where an entity's own endpoints are on its host: nothing for one that is its host. */
export function pathOf(entityId: string): string {
  return new URL(entityId).pathname.replace(/\/$/, '');
}

/** Mounts a resource: one handler a method, HEAD wherever there is GET, and 405 with `Allow` for every other. */
export function resource(router: Router, path: string, handlers: Partial<Record<Method, Handler>>): void {
  const route = router.route(path);
  const allowed = Object.keys(handlers).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  for (const [method, handler] of Object.entries(handlers)) {
    if (method === 'GET') route.get(handler);
    if (method === 'POST') route.post(handler);
    if (method === 'PUT') route.put(handler);
  }
  route.all(() => {
    throw new ProblemError('method_not_allowed', undefined, { allow: allowed.join(', ') });
  });
}
