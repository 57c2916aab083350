import { rowWithout } from '../../../schemas/batch-row.ts';
import { openRowFile } from './row-file.ts';
import { ROW_FORMATS } from './row-formats.ts';

/*
 * A process of its own, so that its files can be kept short: writes the rows of 400 lines into the file that it is named.
 */

const [path = ''] = process.argv.slice(2);
const lines = Array.from({ length: 400 }, (_, at) => ({ line: at + 1, code: `code-${at}` }));
const file = openRowFile(path, ROW_FORMATS.csv, { lines, resume: false });
file.write(lines.map(({ line }) => rowWithout(line, 'code_unrecognised')));
file.close();
