import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { ProblemError } from '../problem-error.ts';

/**
 * Lets in only who addresses this machine as itself. A page of another site could turn the sandbox's switches by a simple
 * request, and read its secrets under a name of its own that it has pointed here (DNS rebinding).
 */
export function sameSiteOnly(nodeUrl: string): RequestHandler {
  const own = new URL(nodeUrl).hostname;
  const isOurs = (hostname: string) =>
    hostname === own || hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  return (request, _response, next) => {
    const { host = '', origin } = request.headers;
    const asked = URL.parse(`http://${host}`);
    if (asked === null || !isOurs(asked.hostname)) {
      throw new ProblemError('origin_refused', 'the Host header is not a name of this machine');
    }
    if (origin !== undefined && URL.parse(origin)?.host !== asked.host) {
      throw new ProblemError('origin_refused', 'the page that asks is not one of this gateway');
    }
    next();
  };
}
