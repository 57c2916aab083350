import { errors } from 'undici';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { isCertificateFault, systemCodeOf } from './certificate-fault.ts';

/** What the system says of a host that it finds no way to, or no address of: `EAI_AGAIN` is a DNS that is away. */
const UNREACHABLE: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Sorts what undici and the socket throw into our closed codes; the original stays as the cause, unlogged. */
export function wireFaultOf(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError ||
    (error instanceof DOMException && error.name === 'TimeoutError')
  ) {
    return new UpstreamError('timeout', 'the other side did not answer in time', { cause: error });
  }
  if (UNREACHABLE.has(systemCodeOf(error))) {
    return new UpstreamError('connect_failed', 'the other side could not be reached', { cause: error });
  }
  if (isCertificateFault(error)) {
    return new UpstreamError('certificate', 'the other side and this one do not trust each other', { cause: error });
  }
  if (error instanceof errors.HTTPParserError) {
    return new UpstreamError('malformed', 'the other side did not speak HTTP', { cause: error });
  }
  return new UpstreamError('reset', 'the connection broke', { cause: error });
}
