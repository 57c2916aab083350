import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';

const lineSchema = z.looseObject({ level: z.number(), time: z.number(), msg: z.string() });
/** By the level of the line, with the colour that says so. */
const LEVELS: ReadonlyMap<number, readonly [word: string, colour: number]> = new Map([
  [10, ['trace', 90]],
  [20, ['debug', 90]],
  [30, ['info', 36]],
  [40, ['warn', 33]],
  [50, ['error', 31]],
  [60, ['fatal', 31]],
]);

/** One JSON line of the log as somebody at a terminal reads it: time of day, level, words, and what stands beside them. */
export function terminalLine(line: string, { isColoured }: { readonly isColoured: boolean }): string {
  const parsed = lineSchema.safeParse(jsonOrUndefined(line));
  if (!parsed.success) return line;
  const { level, time, msg, service: _service, ...beside } = parsed.data;
  const [word, colour] = LEVELS.get(level) ?? [String(level), 0];
  const shown = isColoured ? `\u001b[${colour}m${word.padEnd(5)}\u001b[0m` : word.padEnd(5);
  const members = Object.entries(beside).map(([name, value]) => `  ${name}=${textOf(value)}`);
  return `${new Date(time).toTimeString().slice(0, 8)} ${shown} ${msg}${members.join('')}\n`;
}

/** What comes from outside must not move the cursor of whoever reads it. */
function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[!-~]+$/.test(text) ? text : JSON.stringify(text).replace(/\p{Cc}|\p{Cf}/gu, '?');
}
