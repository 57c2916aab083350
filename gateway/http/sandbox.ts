import express, { type Request, type Response, type Router } from 'express';
import { request as send } from 'undici';
import { controlErrorSchema, MAX_CONTROL_BODY_BYTES, type ReadyMessage } from '../../adapters/sandbox/protocol.ts';
import { ProblemError } from '../problem-error.ts';
import { resource } from './route.ts';

/** `/sandbox/*`: passed on to the child process that plays the provinces. Mounted in sandbox mode alone. */
export function mountSandbox(router: Router, control: ReadyMessage['control']): void {
  const readText = express.text({ type: () => true, limit: MAX_CONTROL_BODY_BYTES, inflate: false });
  const body = (request: Request, response: Response) =>
    new Promise<string>((resolve, reject) => {
      readText(request, response, (error: unknown) =>
        error === undefined ? resolve(String(request.body)) : reject(new ProblemError('body_too_large')),
      );
    });

  async function pass(request: Request, response: Response): Promise<void> {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const reply = await send(`${control.origin}${request.originalUrl.replace(/^\/sandbox/, '')}`, {
      method: method === 'POST' || method === 'PUT' ? method : 'GET',
      headers: { authorization: `Bearer ${control.token}`, 'content-type': 'application/json' },
      body: method === 'GET' ? null : await body(request, response),
    });
    const answer: unknown = await reply.body.json();
    if (reply.statusCode >= 400) throw problemFrom(answer);
    response.status(reply.statusCode).json(answer);
  }

  resource(router, '/sandbox/codes', { GET: pass });
  resource(router, '/sandbox/records', { POST: pass });
  resource(router, '/sandbox/faults', { PUT: pass });
  resource(router, '/sandbox/venues', { GET: pass });
  resource(router, '/sandbox/requests', { GET: pass });
}

function problemFrom(answer: unknown): ProblemError {
  const { code, detail } = controlErrorSchema.parse(answer);
  return new ProblemError(code, detail);
}
