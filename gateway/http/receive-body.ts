import type { IncomingMessage } from 'node:http';
import { GatheredBytes } from '../../schemas/bounded-bytes.ts';
import { ProblemError } from '../problem-error.ts';

/** JSON between systems is in UTF-8 (RFC 8259 section 8.1), and tokens are, whether or not the header says so. */
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** The media type that a request names, in lower case and without parameters; null where it has no body or names none. */
export function mediaTypeOf({ headers }: IncomingMessage): string | null {
  const hasBody = headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  return hasBody && type !== '' ? type.trim().toLowerCase() : null;
}

/**
 * The bytes of a body of at most `maxBytes`, which are UTF-8 by its header. Compressed ones are refused: they hide their
 * size. Of one that is too large no more is kept; the rest is let go by as it comes. Throws ProblemError `body_too_large`,
 * `media_type_unsupported`, and `body_invalid` for one that was cut off; `wanted` is what it should have been.
 */
export function receiveBody(request: IncomingMessage, maxBytes: number, wanted: string): Promise<Uint8Array> {
  return readBody(request, maxBytes, wanted, (bytes) => bytes);
}

/** As `receiveBody`, and what `read` makes of the bytes, as soon as they are whole. Rejects with whatever it throws as well. */
export function readBody<T>(
  request: IncomingMessage,
  maxBytes: number,
  wanted: string,
  read: (bytes: Uint8Array) => T,
): Promise<T> {
  const { headers } = request;
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = headers;
  const charset = CHARSET.exec(type)?.[1] ?? 'utf-8';
  if (encoding.toLowerCase() !== 'identity' || charset.toLowerCase() !== 'utf-8') {
    return Promise.reject(new ProblemError('media_type_unsupported'));
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) return Promise.reject(new ProblemError('body_too_large'));
  // Whoever went while somebody else was waited for is heard of no more: no event comes of a request that is closed.
  if (request.destroyed) return Promise.reject(notOne(wanted));
  return new Promise((resolve, reject) => {
    let gathered: GatheredBytes | null = new GatheredBytes(maxBytes);
    // A request closes after it has ended, too: what is no fault makes no error.
    const cutOff = () => {
      if (!request.complete) reject(notOne(wanted));
    };
    request.on('data', (piece: Uint8Array) => {
      if (gathered === null || gathered.add(piece)) return;
      // Nobody counts it any more, however long the rest takes to go by.
      gathered = null;
      reject(new ProblemError('body_too_large'));
    });
    request.on('end', () => {
      try {
        if (gathered !== null) resolve(read(gathered.whole()));
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', cutOff);
    request.on('close', cutOff);
  });
}

/** As `receiveBody`, as text. */
export async function receiveText(request: IncomingMessage, maxBytes: number, wanted: string): Promise<string> {
  return Buffer.from(await receiveBody(request, maxBytes, wanted)).toString('utf8');
}

export function notOne(wanted: string): ProblemError {
  return new ProblemError('body_invalid', `the body is not one ${wanted}`);
}
