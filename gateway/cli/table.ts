import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';

const CONTINUED = '    ';
/** Narrower than this lines would be of a word each. */
const LEAST_CELLS = 40;
/** Of a terminal that does not say how wide it is. */
const USUAL_CELLS = 80;

/**
 * Cells of a line: as many as its terminal has. In a pipe or a file a record is a line however long, since whatever reads
 * there looks for whole lines. COLUMNS says otherwise (POSIX Base Definitions 8.3).
 */
export function lineCells(stream: Pick<WriteStream, 'isTTY' | 'columns'> = process.stdout): number {
  const wished = Number(process.env['COLUMNS']);
  if (Number.isInteger(wished) && wished > 0) return Math.max(LEAST_CELLS, wished);
  if (!stream.isTTY) return Number.POSITIVE_INFINITY;
  return stream.columns > 0 ? Math.max(LEAST_CELLS, stream.columns) : USUAL_CELLS;
}
const GAP = '  ';

/** What stands in a column: a text, or what people copy as it is, a code for instance. */
export type Cell = string | { readonly copied: string };

/**
 * Lays rows out in columns; Chinese and full-width characters take two cells of a terminal. What has no room in
 * `most` cells goes on below, indented, and a text that has none by itself is broken at its spaces; an identifier has none.
 */
export function tableLines(rows: readonly (readonly Cell[])[], most = lineCells()): string[] {
  return tableRows(rows, most).flat();
}

/** The same row by row, for whoever marks rows. */
export function tableRows(rows: readonly (readonly Cell[])[], most = lineCells()): string[][] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cellsOf(textOf(cell)));
    }
  }
  return rows.map((row) => rowLines(row, widths, most));
}

/** A row in one line; a cell that has no room where its column is begins another, and so may those after it. */
function rowLines(row: readonly Cell[], widths: readonly number[], most: number): string[] {
  const lines: string[] = [];
  let line = '';
  let isCopied = false;
  const end = () => {
    const text = line.trimEnd();
    if (text !== '') lines.push(...(isCopied ? [text] : wrapped(text, most, CONTINUED)));
    [line, isCopied] = [CONTINUED, false];
  };
  for (const [column, cell] of row.entries()) {
    const text = textOf(cell);
    if (line.trim() !== '' && cellsOf(line + text) > most) end();
    line += text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - cellsOf(text))) + GAP;
    isCopied ||= typeof cell !== 'string';
  }
  end();
  return lines.length === 0 ? [''] : lines;
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.copied;
}

/** A text in lines of at most `most` cells, broken at spaces or between Chinese characters; all but the first begin with `indent`. */
export function wrapped(text: string, most: number, indent: string): string[] {
  if (cellsOf(text) <= most) return [text];
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text)) {
    if (line.trim() !== '' && cellsOf(line + piece.trimEnd()) > most) {
      lines.push(line.trimEnd());
      line = indent + piece.trimStart();
    } else line += piece;
  }
  return [...lines, line.trimEnd()];
}

const WIDE = /[\p{Script=Han}\u3000-\u303f\uff00-\uff60]/gu;
/** Spaces belong to the word after them; closing punctuation to the character before it. */
const PIECES = /\s*(?:[\p{Script=Han}][\u3000-\u303f\uff00-\uff60]*|[^\s\p{Script=Han}]+)|\s+/gu;

function piecesOf(text: string): readonly string[] {
  return text.match(PIECES) ?? [];
}

/** How many cells of a terminal a text takes. */
export function cellsOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  return [...plain].length + (plain.match(WIDE)?.length ?? 0);
}
