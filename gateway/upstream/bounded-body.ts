import { UpstreamError } from '../../adapters/upstream-error.ts';
import { readTextUpTo } from '../../schemas/bounded-bytes.ts';

/** A body as text, as long as it is no longer than that. Throws UpstreamError `oversize`. */
export async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const text = await readTextUpTo(body, maxBytes);
  if (text === null) throw new UpstreamError('oversize', 'the reply is larger than allowed');
  return text;
}
