const WHOLE = /^\d+$/;
/** A gateway holds nobody for longer than ten minutes; whoever names more must not keep a venue away for good. */
const MOST_S = 3_600;

/**
 * After how many seconds to ask again, as `Retry-After` of a reply of a gateway has it: an hour at most; null where it names no
 * whole number. RFC 9110 has dates there too, and gateways give none.
 */
export function retryAfterSOf({ headers }: { readonly headers: Pick<Headers, 'get'> }): number | null {
  const text = headers.get('retry-after') ?? '';
  return WHOLE.test(text) ? Math.min(Number(text), MOST_S) : null;
}
