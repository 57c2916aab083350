import type { Command } from 'commander';
import { toPngBuffer } from 'lean-qr/extras/node_export';
import { type PassPicture, passPicture, pathOf, QUIET_MODULES } from '../passes/pass-picture.ts';
import type { Cli } from './cli.ts';
import { writeFile } from './write-file.ts';

/** Pixels a module: 117 of them and the white round them come to 1,000 pixels, sharp on a hand-sized print. */
const PNG_SCALE = 8;
/** Whoever has a picture of a pass has the pass. */
const HOLDERS_ALONE = { mode: 0o600 };

/** How a pass is drawn beside its text. */
export interface PictureOptions {
  readonly qr?: boolean;
  readonly svg?: string;
  readonly png?: string;
}

export function withPictures({ say }: Cli, command: Command): Command {
  return command
    .option('--qr', say({ zh: '在终端上画出二维码', en: 'draw it on the terminal as a QR code' }))
    .option('--svg <file>', say({ zh: '把二维码写入 SVG 文件', en: 'write it to this file as a QR code, SVG' }))
    .option('--png <file>', say({ zh: '把二维码写入 PNG 文件', en: 'write it to this file as a QR code, PNG' }));
}

/** Draws a pass wherever it was asked for: on stderr, so that stdout is the pass alone, and in files. Throws CliError. */
export function drawPass(cli: Cli, pass: string, { qr, svg, png }: PictureOptions): void {
  if (qr !== true && svg === undefined && png === undefined) return;
  const picture = passPicture(pass);
  if (qr === true) for (const line of blockLines(picture)) cli.note(line);
  if (svg !== undefined) writeFile(svg, svgOf(picture), HOLDERS_ALONE);
  if (png !== undefined) writeFile(png, pngOf(picture), HOLDERS_ALONE);
}

/** Two modules a character, black on white whatever the terminal's own colours are. */
function blockLines({ size, isDark }: PassPicture): string[] {
  const lines: string[] = [];
  for (let y = -QUIET_MODULES; y < size + QUIET_MODULES; y += 2) {
    let line = '';
    for (let x = -QUIET_MODULES; x < size + QUIET_MODULES; x += 1) {
      const [upper, lower] = [isDark(x, y), isDark(x, y + 1)];
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    lines.push(`\u001b[30;107m${line}\u001b[0m`);
  }
  return lines;
}

function svgOf(picture: PassPicture): string {
  const side = picture.size + 2 * QUIET_MODULES;
  const box = `${-QUIET_MODULES} ${-QUIET_MODULES} ${side} ${side}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" width="${side}mm" height="${side}mm" shape-rendering="crispEdges">` +
    `<rect x="${-QUIET_MODULES}" y="${-QUIET_MODULES}" width="${side}" height="${side}" fill="#fff"/>` +
    `<path d="${pathOf(picture)}"/></svg>\n`
  );
}

function pngOf({ size, isDark }: PassPicture): Uint8Array {
  return toPngBuffer(
    { size, get: isDark },
    { on: [0, 0, 0], off: [255, 255, 255], pad: QUIET_MODULES, scale: PNG_SCALE },
  );
}
