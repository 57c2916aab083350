/** Lays rows out in columns; Chinese and full-width characters take two cells of a terminal. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cellsOf(text));
  }
  const pad = (text: string, column: number) => text + ' '.repeat((widths[column] ?? 0) - cellsOf(text));
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}

const WIDE = /[\p{Script=Han}\u3000-\u303f\uff00-\uff60]/gu;

/** How many cells of a terminal a text takes. */
export function cellsOf(text: string): number {
  return [...text].length + (text.match(WIDE)?.length ?? 0);
}
