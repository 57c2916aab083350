import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingBodies } from '../access/incoming-bodies.ts';
import type { LoadGauge, Priority } from '../access/load-gauge.ts';
import { peerOf } from '../access/peer-address.ts';
import { ProblemError } from '../problem-error.ts';

/** What says how much there is to do already. */
export interface Capacity {
  readonly load: LoadGauge;
  readonly bodies: IncomingBodies;
}

interface Door<A, B> {
  readonly priority: Priority;
  /** Who asks, within its rate. Throws ProblemError. */
  readonly authenticate: (request: IncomingMessage, response: ServerResponse) => A | Promise<A>;
  /** Under which name what it has under way is counted. */
  readonly clientOf: (asker: A) => string;
  readonly read: (request: IncomingMessage) => Promise<B>;
  /** The longest body that `read` takes, in bytes. */
  readonly maxBytes: number;
  /** How many scans a body asks for. */
  readonly scansIn: (body: B) => number;
}

/**
 * Lets a question in: turned away before anything is read where there is no room, since what is refused under overload must
 * cost next to nothing; then who asks; then the body, which counts as load once it is whole and until the reply is gone.
 */
export async function admit<A, B>(
  { load, bodies }: Capacity,
  { priority, authenticate, clientOf, read, maxBytes, scansIn }: Door<A, B>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ readonly asker: A; readonly body: B }> {
  load.admit(priority);
  const entering = authenticate(request, response);
  const asker = entering instanceof Promise ? await entering : entering;
  const client = clientOf(asker);
  load.admit(priority, client);
  const body = await bodies.receive(client, bytesOf(request, maxBytes), () => read(request));
  const scans = scansIn(body);
  if (response.closed) throw new ProblemError('body_invalid', 'whoever asked has gone');
  load.enter(client, scans);
  response.once('close', () => load.leave(client, scans));
  return { asker, body };
}

/**
 * A body of at most `maxBytes` of whoever may send one without a name, counted by where it comes from. Rejects as `read` does,
 * and with ProblemError `unavailable`.
 */
export function receiveFromAnybody<T>(
  bodies: IncomingBodies,
  request: IncomingMessage,
  maxBytes: number,
  read: (request: IncomingMessage) => Promise<T>,
): Promise<T> {
  return bodies.receive(peerOf(request), bytesOf(request, maxBytes), () => read(request));
}

/** What its sender announces, or the most that would be read. */
function bytesOf({ headers }: IncomingMessage, maxBytes: number): number {
  const announced = Number(headers['content-length'] ?? maxBytes);
  return Number.isInteger(announced) && announced >= 0 ? Math.min(announced, maxBytes) : maxBytes;
}
