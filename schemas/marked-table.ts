/** The rows of a Markdown table, the first of them its heads. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [heads = [], ...body] = rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...body.map(line)].join('\n');
}

/** The document with a table between the two marks of that name as it must be now. Throws where a mark is missing. */
export function withTable(document: string, name: string, source: string, table: string): string {
  const begin = `<!-- ${name}: written by npm run generate from ${source} -->`;
  const end = `<!-- end of ${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document lacks the marks ${begin} and ${end}`);
  return `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`;
}
