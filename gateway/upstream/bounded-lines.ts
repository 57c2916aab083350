import { UpstreamError } from '../../adapters/upstream-error.ts';

const NEWLINE = 0x0a;

/**
 * Hands over each line of a body as it comes, without its newline. Throws UpstreamError `oversize` for a line longer than
 * that, `malformed` for more lines or for a last one that breaks off, and whatever `onLine` throws.
 */
export async function eachLine(
  body: AsyncIterable<Uint8Array>,
  bounds: { readonly most: number; readonly maxBytes: number },
  onLine: (line: string) => void,
): Promise<void> {
  let begun = Buffer.alloc(0);
  let lines = 0;
  for await (const chunk of body) {
    let rest = begun.length === 0 ? Buffer.from(chunk) : Buffer.concat([begun, chunk]);
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      lines += 1;
      if (lines > bounds.most) throw new UpstreamError('malformed', 'the reply has more lines than were asked for');
      if (end > bounds.maxBytes) oversize();
      onLine(rest.toString('utf8', 0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > bounds.maxBytes) oversize();
    begun = rest;
  }
  if (begun.length > 0) throw new UpstreamError('malformed', 'the reply breaks off in a line');
}

function oversize(): never {
  throw new UpstreamError('oversize', 'a line of the reply is larger than allowed');
}
