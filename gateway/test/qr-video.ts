import { writeFileSync } from 'node:fs';
import { correction, generate } from 'lean-qr';

const WIDTH = 640;
const HEIGHT = 480;
/** White round a code, in modules (ISO/IEC 18004). */
const QUIET = 4;
const [BLACK, WHITE, NO_COLOUR] = [16, 235, 128];

/**
 * Writes what a camera sees, as a Y4M video that Chromium plays to a page over and over: each text as a QR code for a
 * second, with an empty view between two; one text alone is seen all the time. A list of texts is several codes side by
 * side in one view.
 */
export function writeQrVideo(path: string, views: readonly (string | readonly string[])[]): void {
  // A still view comes as often as a real camera's.
  const framesPerS = views.length > 1 ? 1 : 30;
  const between = views.length > 1 ? [frameOf([])] : [];
  const frames = views.flatMap((view) => [frameOf([view].flat()), ...between]);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${framesPerS}:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([header, ...frames.flatMap((frame) => [Buffer.from('FRAME\n'), frame])]));
}

function frameOf(texts: readonly string[]): Buffer {
  const frame = Buffer.alloc(WIDTH * HEIGHT * 1.5, NO_COLOUR);
  frame.fill(WHITE, 0, WIDTH * HEIGHT);
  const width = Math.floor(WIDTH / Math.max(1, texts.length));
  for (const [at, text] of texts.entries()) draw(frame, text, at * width, width);
  return frame;
}

function draw(frame: Buffer, text: string, left: number, width: number): void {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const scale = Math.floor(Math.min(width, HEIGHT) / (code.size + 2 * QUIET));
  if (scale < 2) throw new Error('the code is too dense for this picture');
  const x0 = left + Math.floor((width - code.size * scale) / 2);
  const y0 = Math.floor((HEIGHT - code.size * scale) / 2);
  for (let y = 0; y < code.size * scale; y += 1) {
    for (let x = 0; x < code.size * scale; x += 1) {
      if (code.get(Math.floor(x / scale), Math.floor(y / scale))) frame[(y0 + y) * WIDTH + x0 + x] = BLACK;
    }
  }
}
