import { UpstreamError } from '../../adapters/upstream-error.ts';

/** A body as text, as long as it is no longer than that. Throws UpstreamError `oversize`. */
export async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  return Buffer.from(await readBoundedBytes(body, maxBytes)).toString('utf8');
}

/** The same as bytes. */
export async function readBoundedBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new UpstreamError('oversize', 'the reply is larger than allowed');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
