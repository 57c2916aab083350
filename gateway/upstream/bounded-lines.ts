import { UpstreamError } from '../../adapters/upstream-error.ts';

const NEWLINE = 0x0a;

/**
 * Hands over each line of a body as its chunks come, without its newline. Both methods throw UpstreamError: `oversize` for a
 * line longer than that, `malformed` for more lines or for a last one that breaks off, and whatever `onLine` throws.
 */
export class BoundedLines {
  readonly #bounds: { readonly most: number; readonly maxBytes: number };
  readonly #onLine: (line: string) => void;
  #begun = Buffer.alloc(0);
  #lines = 0;

  constructor(bounds: { readonly most: number; readonly maxBytes: number }, onLine: (line: string) => void) {
    this.#bounds = bounds;
    this.#onLine = onLine;
  }

  take(chunk: Uint8Array): void {
    const { most, maxBytes } = this.#bounds;
    let rest = this.#begun.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#begun, chunk]);
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      this.#lines += 1;
      if (this.#lines > most) throw new UpstreamError('malformed', 'the reply has more lines than were asked for');
      if (end > maxBytes) oversize();
      this.#onLine(rest.toString('utf8', 0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > maxBytes) oversize();
    this.#begun = rest;
  }

  end(): void {
    if (this.#begun.length > 0) throw new UpstreamError('malformed', 'the reply breaks off in a line');
  }
}

function oversize(): never {
  throw new UpstreamError('oversize', 'a line of the reply is larger than allowed');
}
