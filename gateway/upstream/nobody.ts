import { UpstreamError, type UpstreamErrorCode } from '../../adapters/upstream-error.ts';

const NOBODY: ReadonlySet<UpstreamErrorCode> = new Set([
  'timeout',
  'connect_failed',
  'certificate',
  'reset',
  'address_refused',
]);

/**
 * Where a way leads to nobody, as opposed to somebody who cannot say or says it wrongly: only then is another way taken, or
 * whoever stands between could choose the weaker one by spoiling the better one. A breaker that is open is what opened it.
 */
export function answeredByNobody(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  return error.code === 'breaker_open' ? answeredByNobody(error.cause) : NOBODY.has(error.code);
}
