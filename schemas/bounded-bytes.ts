const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const NOTHING = new Uint8Array();

/**
 * Bytes that come in pieces, gathered as one. Kept apart, pieces of one byte each would take some four hundred times the
 * memory that they fill, and whoever sends says how large they are. A piece that comes alone is not copied.
 */
export class GatheredBytes {
  readonly #most: number;
  #room: Uint8Array = NOTHING;
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** False where it would be more than `most` with this piece, of which nothing is kept then. */
  add(piece: Uint8Array): boolean {
    const size = this.#size + piece.byteLength;
    if (size > this.#most) return false;
    if (this.#size === 0) this.#room = piece;
    else {
      this.#makeRoomFor(size);
      this.#room.set(piece, this.#size);
    }
    this.#size = size;
    return true;
  }

  /** All of them together. Nothing is to be added afterwards. */
  whole(): Uint8Array {
    return this.#size === this.#room.byteLength ? this.#room : this.#room.subarray(0, this.#size);
  }

  /** Twice as much each time, so that however small the pieces are each byte is copied twice or so. */
  #makeRoomFor(size: number): void {
    if (size <= this.#room.byteLength) return;
    const room = new Uint8Array(Math.min(this.#most, 2 * size));
    room.set(this.#room.subarray(0, this.#size));
    this.#room = room;
  }
}

/**
 * The bytes of a stream, or null where there are more than `maxBytes`: the rest is then left unread, since a size told
 * beforehand may be wrong. Rejects as the stream does.
 */
export async function readBytesUpTo(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const gathered = new GatheredBytes(maxBytes);
  if (body !== null) for await (const piece of body) if (!gathered.add(piece)) return null;
  return gathered.whole();
}

/** As `readBytesUpTo`, as UTF-8 text: a byte order mark stays, and what is no UTF-8 becomes U+FFFD. */
export async function readTextUpTo(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<string | null> {
  const bytes = await readBytesUpTo(body, maxBytes);
  return bytes === null ? null : UTF8.decode(bytes);
}
