import { cellsOf } from './table.ts';

/** Replaces one line on a terminal that says how far long work has come; empty text clears it. */
export type Progress = (text: string) => void;

/** What a progress line is written to: a stream that may be a terminal. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const DEFAULT_COLUMNS = 80;
const BAR_CELLS = 30;
const CLEAR_LINE = '\r\u001b[K';

/** A progress line on a terminal, and nothing at all on a pipe or in a file. */
export function createProgress(stream: ProgressStream): Progress {
  let shown = false;
  return (text) => {
    if (stream.isTTY !== true || (text === '' && !shown)) return;
    shown = text !== '';
    // A line that wraps could not be rewritten: only its last row would be.
    stream.write(`${CLEAR_LINE}${fitted(text, (stream.columns ?? DEFAULT_COLUMNS) - 1)}`);
  };
}

/** `[████░░░░] 3/7`, for work whose end is known. */
export function progressBar(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(share * BAR_CELLS);
  return `[${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}] ${done}/${total}`;
}

function fitted(text: string, cells: number): string {
  let fits = '';
  let used = 0;
  for (const character of text) {
    used += cellsOf(character);
    if (used > cells) break;
    fits += character;
  }
  return fits;
}
