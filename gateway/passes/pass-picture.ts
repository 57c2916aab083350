import { correction, generate } from 'lean-qr';

/** ISO/IEC 18004: white round a code, in modules. */
export const QUIET_MODULES = 4;
/** The densest code that a cheap camera reads off a cracked screen or a creased sheet: 117 modules a side. */
const MAX_VERSION = 25;

/** A QR code by its modules, `size` a side and without white round it. */
export interface PassPicture {
  readonly size: number;
  readonly isDark: (x: number, y: number) => boolean;
}

/** A pass as a QR code of level M (it reads with 15 % of it gone). Throws where it has no room in version 25. */
export function passPicture(pass: string): PassPicture {
  const code = generate(pass, { minCorrectionLevel: correction.M, maxVersion: MAX_VERSION });
  return { size: code.size, isDark: (x, y) => code.get(x, y) };
}

/** The dark modules as one SVG path, in modules from the corner of the first. */
export function pathOf({ size, isDark }: PassPicture): string {
  const runs: string[] = [];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (!isDark(x, y)) continue;
      const from = x;
      while (isDark(x + 1, y)) x += 1;
      runs.push(`M${from} ${y}h${x - from + 1}v1H${from}z`);
    }
  }
  return runs.join('');
}
