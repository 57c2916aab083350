import { unframed } from './scanned-text.ts';

/** One code of many, with the line that it stands on, from 1. */
export interface ScannedLine {
  readonly line: number;
  readonly code: string;
}

const LINE_END = /\r\n|\r|\n/;

/** What was scanned one after another, each on a line of its own, as readers that type leave it. Empty lines are none. */
export function scannedLines(text: string): ScannedLine[] {
  return text
    .split(LINE_END)
    .map((line, at) => ({ line: at + 1, code: unframed(line) }))
    .filter(({ code }) => code !== '');
}
