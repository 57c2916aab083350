import { UpstreamError } from '../../adapters/upstream-error.ts';
import { GatheredBytes } from '../../schemas/bounded-bytes.ts';

const NEWLINE = 0x0a;

/**
 * Hands over each line of a body as its chunks come, without its newline. Both methods throw UpstreamError: `oversize` for a
 * line longer than that, `malformed` for more lines or for a last one that breaks off, and whatever `onLine` throws.
 */
export class BoundedLines {
  readonly #bounds: { readonly most: number; readonly maxBytes: number };
  readonly #onLine: (line: string) => void;
  /** The line that has begun; null: the next byte begins one. */
  #begun: GatheredBytes | null = null;
  #lines = 0;

  constructor(bounds: { readonly most: number; readonly maxBytes: number }, onLine: (line: string) => void) {
    this.#bounds = bounds;
    this.#onLine = onLine;
  }

  take(chunk: Uint8Array): void {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      this.#lines += 1;
      if (this.#lines > this.#bounds.most) {
        throw new UpstreamError('malformed', 'the reply has more lines than were asked for');
      }
      this.#onLine(textOf(this.#add(rest.subarray(0, end)).whole()));
      this.#begun = null;
      rest = rest.subarray(end + 1);
    }
    if (rest.byteLength > 0) this.#add(rest);
  }

  end(): void {
    if (this.#begun !== null) throw new UpstreamError('malformed', 'the reply breaks off in a line');
  }

  #add(piece: Uint8Array): GatheredBytes {
    this.#begun ??= new GatheredBytes(this.#bounds.maxBytes);
    if (!this.#begun.add(piece)) oversize();
    return this.#begun;
  }
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}

function oversize(): never {
  throw new UpstreamError('oversize', 'a line of the reply is larger than allowed');
}
