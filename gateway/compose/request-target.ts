import type { IncomingMessage } from 'node:http';

const HOST = 'host';

/**
 * Whether a request names one host (RFC 9112 section 3.2). Of two, node takes the first and a proxy on the way may have gone by
 * the other: what it lets through for one name would be answered under another.
 */
export function namesOneHost({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  let hosts = 0;
  // A name and its value in turn.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === HOST.length && name.toLowerCase() === HOST) hosts += 1;
  }
  return hosts <= 1;
}

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
