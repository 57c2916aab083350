const SECONDS = /^\d{1,9}$/;

/**
 * What a Retry-After header asks for (RFC 9110 section 10.2.3), in milliseconds from `nowMs`; null where there is none,
 * or none that can be read. A date is measured by our clock, and one that is past is 0.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return Number(text) * 1000;
  // Date.parse reads much more than HTTP dates, "1.5" among it.
  const atMs = /^[A-Z][a-z]{2,8}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
