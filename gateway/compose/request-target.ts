import type { IncomingMessage } from 'node:http';

/**
 * Brings a request's target to the one form that routes know (RFC 9112 section 3.2): of an absolute target its path, and its
 * authority in place of the Host header. False where it names no place on a server of ours.
 */
export function toOriginForm(request: IncomingMessage): boolean {
  const target = request.url ?? '';
  if (target.startsWith('/')) return true;
  const url = URL.parse(target);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  request.url = `${url.pathname}${url.search}`;
  request.headers.host = url.host;
  return true;
}
