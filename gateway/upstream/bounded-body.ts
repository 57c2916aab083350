import { UpstreamError } from '../../adapters/upstream-error.ts';
import { readBytesUpTo } from '../../schemas/bounded-bytes.ts';

/** A body, as long as it is no longer than that. Throws UpstreamError `oversize`. */
export async function readBoundedBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  return (await readBytesUpTo(body, maxBytes)) ?? oversize();
}

function oversize(): never {
  throw new UpstreamError('oversize', 'the reply is larger than allowed');
}
