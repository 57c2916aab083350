type Cell = string | number;

/** A table in Markdown; numbers with no more digits than a shared machine can promise. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.map(inWords).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function inWords(cell: Cell): string {
  return typeof cell === 'number' ? cell.toLocaleString('en', { maximumSignificantDigits: 6 }) : cell;
}
