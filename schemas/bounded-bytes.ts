const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The bytes of a stream, or null where there are more than `maxBytes`: the rest is then left unread, since a size told
 * beforehand may be wrong. Rejects as the stream does.
 */
export async function readBytesUpTo(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (body !== null) {
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > maxBytes) return null;
      chunks.push(chunk);
    }
  }
  return joined(chunks, size);
}

/** As `readBytesUpTo`, as UTF-8 text: a byte order mark stays, and what is no UTF-8 becomes U+FFFD. */
export async function readTextUpTo(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<string | null> {
  const bytes = await readBytesUpTo(body, maxBytes);
  return bytes === null ? null : UTF8.decode(bytes);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
