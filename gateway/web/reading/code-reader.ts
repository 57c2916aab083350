/** One picture to read; the worker closes it. `thorough`: a still picture, which may take its time. */
export interface ReadRequest {
  readonly number: number;
  readonly bitmap: ImageBitmap;
  readonly thorough: boolean;
}

/** One code in a picture, and where its middle is, in pixels. */
export interface SeenCode {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

interface ReadReply {
  readonly number: number;
  readonly codes: readonly SeenCode[];
}

/** Reads codes from pictures in a worker, so that the page stays quick. */
export class CodeReader {
  readonly #worker = new Worker(new URL('./code-reader.worker.ts', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, (codes: readonly SeenCode[]) => void>();
  #number = 0;

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<ReadReply>) => {
      this.#waiting.get(data.number)?.(data.codes);
      this.#waiting.delete(data.number);
    });
  }

  /** The codes in a picture, each text once, from left to right. Takes the picture over. */
  async read(bitmap: ImageBitmap, thorough: boolean): Promise<readonly SeenCode[]> {
    this.#number += 1;
    const number = this.#number;
    const codes = await new Promise<readonly SeenCode[]>((resolve) => {
      this.#waiting.set(number, resolve);
      this.#worker.postMessage({ number, bitmap, thorough } satisfies ReadRequest, [bitmap]);
    });
    const distinct = new Map(codes.map((code) => [code.text, code]));
    return [...distinct.values()].filter(({ text }) => text !== '').sort((a, b) => a.x - b.x);
  }

  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }
}
