import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXCEPTIONS } from './import-exceptions.ts';
import { ROOT } from './import-graph.ts';
import { ROOMS } from './import-rules.ts';

/*
 * Writes the table of rooms into ARCHITECTURE.md, between its markers, from the table that the import test enforces.
 * With --check it only says whether they agree, by its exit code.
 */

const FILE = join(ROOT, 'ARCHITECTURE.md');
const BEGIN = '<!-- rooms: generated from gateway/test/import-rules.ts by npm run generate -->';
const END = '<!-- end of rooms -->';

const text = readFileSync(FILE, 'utf8');
const [before = '', rest = ''] = text.split(BEGIN, 2);
const after = rest.slice(rest.indexOf(END));
const wanted = `${before}${BEGIN}\n${table()}\n${after}`;
if (wanted === text) process.exit(0);
if (process.argv.includes('--check')) {
  console.error(
    'ARCHITECTURE.md: the rooms are not those of gateway/test/import-rules.ts; npm run generate writes them',
  );
  process.exit(1);
}
writeFileSync(FILE, wanted);

function table(): string {
  const rows = ROOMS.map(({ path, holds, mayImport, pure }) => {
    const may = mayImport.length === 0 ? 'nothing' : mayImport.map((room) => `\`${room}\``).join(' ');
    return `| \`${path}\` | ${holds} | ${may}${pure === true ? ' · pure' : ''} |`;
  });
  const exceptions = EXCEPTIONS.map(({ from, to, because }) => `- \`${from}\` may import \`${to}\`: ${because}.`);
  return [
    '',
    '| room | holds | may import |',
    '|---|---|---|',
    ...rows,
    '',
    'A room may always import itself. *Pure*: no I/O, itself or through whatever it reaches. `gateway/` in a row is every room',
    'of the gateway but the outermost ones (`sandbox`, `cli`, `bench`, `test`). Exceptions, each with its reason:',
    '',
    ...exceptions,
    '',
  ].join('\n');
}
