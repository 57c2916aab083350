import { request as send } from 'undici';
import type { z } from 'zod';
import { controlErrorSchema, type ReadyMessage } from './protocol.ts';
import { SandboxError } from './sandbox-error.ts';

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

/**
 * One call of the control API, whatever it answers. A text goes as it is, so that what is not understood here is
 * refused by whoever owns the form. Rejects where the sandbox is away.
 */
export async function callControl(
  { origin, token }: ReadyMessage['control'],
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<ControlReply> {
  const reply = await send(`${origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: reply.statusCode, body: await reply.body.json() };
}

/** As `callControl`, for a reply of one form. Throws SandboxError with what the sandbox refuses. */
export async function askControl<T extends z.ZodType>(
  control: ReadyMessage['control'],
  schema: T,
  ...call: [method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown]
): Promise<z.output<T>> {
  const reply = await callControl(control, ...call);
  if (reply.status < 300) return schema.parse(reply.body);
  const { code, detail } = controlErrorSchema.parse(reply.body);
  throw new SandboxError(code, detail);
}
