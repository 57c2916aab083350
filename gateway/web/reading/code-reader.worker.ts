import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { ReadRequest, SeenCode } from './code-reader.ts';

/** What health codes, passes and certificates are printed as. */
const FORMATS = ['QRCode', 'Aztec'] as const;
/** More than this many phones are in no view; a picture made to be slow ends here. */
const MAX_CODES = 8;

// The library would fetch it from elsewhere by itself.
const ready = prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true });

addEventListener('message', async ({ data }: MessageEvent<ReadRequest>) => {
  const { number, bitmap, thorough } = data;
  try {
    await ready;
    postMessage({ number, codes: await codesIn(bitmap, thorough) });
  } catch {
    postMessage({ number, codes: [] });
  } finally {
    bitmap.close();
  }
});

async function codesIn(bitmap: ImageBitmap, thorough: boolean): Promise<SeenCode[]> {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return [];
  context.drawImage(bitmap, 0, 0);
  const image = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const found = await readBarcodes(image, {
    formats: [...FORMATS],
    maxNumberOfSymbols: MAX_CODES,
    tryHarder: thorough,
    tryInvert: true,
    tryRotate: thorough,
  });
  return found.map(({ text, position: { topLeft, bottomRight, topRight, bottomLeft } }) => ({
    text,
    x: (topLeft.x + topRight.x + bottomLeft.x + bottomRight.x) / 4,
    y: (topLeft.y + topRight.y + bottomLeft.y + bottomRight.y) / 4,
  }));
}
