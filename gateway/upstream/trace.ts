import { randomHex } from './random-pool.ts';

/** Header of W3C Trace Context. */
export const TRACE_HEADER = 'traceparent';

/** A question on its way through nodes: the same identifier in the log lines of all of them. */
export interface Trace {
  readonly traceId: string;
  /** Of the step before this one, 16 hex digits. */
  readonly spanId: string;
  /** Trace flags, two hex digits. */
  readonly flags: string;
}

const FORM = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const LONGEST = 256;

/** A trace that nothing was heard of before: whoever is asked must not learn which questions belong together. */
export function newTrace(): Omit<Trace, 'spanId'> {
  return { traceId: randomHex(16), flags: '00' };
}

/** The trace that a header names; null where there is none, or none of the form (section 3.2). */
export function traceIn(header: string | undefined): Trace | null {
  if (header === undefined || header.length > LONGEST) return null;
  const [, version, traceId, spanId, flags, more] = FORM.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (version === '00' && more !== undefined) return null;
  return { traceId, spanId, flags };
}

/** The header for one step of a trace, with a span of its own. */
export function traceHeader({ traceId, flags }: Omit<Trace, 'spanId'>): string {
  return `00-${traceId}-${randomHex(8)}-${flags}`;
}
