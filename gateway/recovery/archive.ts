import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { RecoveryError } from './recovery-error.ts';
import { createSealedFile, openSealedFile } from './sealed-file.ts';

/** What a backup may have, and a person may choose of it. `keys`: every file that a node has to keep, its keys first of all. */
export const PARTS = ['log', 'coverage', 'passes', 'keys'] as const;
export type Part = (typeof PARTS)[number];

const countSchema = z.int().nonnegative();
const noteSchema = z.string().max(64 * 1024);
/** The values of a row, in the order of its table's columns. */
export const rowValuesSchema = z.array(z.union([z.string(), z.number(), z.null()])).max(32);
/** Below a folder of the node, and nowhere else. */
const pathSchema = z
  .string()
  .max(512)
  .regex(/^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/){0,9}[A-Za-z0-9_][A-Za-z0-9._-]*$/);

/** A line of an archive. In this order: `backup`, `entry`… and `log`, `row`…, `file`…, `end`. Bytes are Base64. */
const lineSchema = z.discriminatedUnion('is', [
  z.strictObject({
    is: z.literal('backup'),
    made_s: countSchema,
    program: z.string().max(64),
    parts: z.array(z.enum(PARTS)).max(PARTS.length),
  }),
  z.strictObject({ is: z.literal('entry'), bytes: z.base64() }),
  z.strictObject({
    is: z.literal('log'),
    size: countSchema,
    root: z.base64(),
    signed: noteSchema.nullable(),
    cosigned: noteSchema.nullable(),
  }),
  z.strictObject({
    is: z.literal('row'),
    store: z.enum(['coverage', 'passes']),
    table: z.string().max(64),
    values: rowValuesSchema,
  }),
  z.strictObject({ is: z.literal('file'), path: pathSchema, bytes: z.base64() }),
  z.strictObject({ is: z.literal('end'), entries: countSchema, rows: countSchema, files: countSchema }),
]);
export type ArchiveLine = z.infer<typeof lineSchema>;
export type Head = Extract<ArchiveLine, { is: 'backup' }>;

/** How much an archive has of each kind. */
export interface Counts {
  readonly entries: number;
  readonly rows: number;
  readonly files: number;
}

/** No entry, row or file is longer than this as a line. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

/** An archive that is being written. */
export interface ArchiveWriter {
  readonly add: (line: Exclude<ArchiveLine, { is: 'end' }>) => void;
  /** Whether it has anything yet that can be restored. */
  readonly isEmpty: () => boolean;
  /** Ends it: from now on it is there. */
  readonly finish: () => Counts & { readonly bytes: number };
  readonly abandon: () => void;
}

/** Begins an archive. Throws RecoveryError `file_present`. */
export function createArchive(path: string, passphrase: string): ArchiveWriter {
  const sealed = createSealedFile(path, passphrase);
  const counts = new LineCounts();
  const write = (line: ArchiveLine) => sealed.write(`${JSON.stringify(line)}\n`);
  return {
    add: (line) => {
      counts.note(line);
      write(line);
    },
    isEmpty: () => counts.are({ entries: 0, rows: 0, files: 0 }),
    finish: () => {
      const { entries, rows, files } = counts;
      write({ is: 'end', entries, rows, files });
      return { entries, rows, files, bytes: sealed.finish() };
    },
    abandon: sealed.abandon,
  };
}

/**
 * The lines of an archive in order, the last one only where everything before it was there. Throws RecoveryError as
 * `openSealedFile` does, `archive_newer` for a line that this program does not know.
 */
export function* readArchive(path: string, passphrase: string): Generator<ArchiveLine> {
  const counts = new LineCounts();
  let ended = false;
  let first = true;
  for (const text of linesOf(path, openSealedFile(path, passphrase))) {
    const { success, data: line } = lineSchema.safeParse(jsonOrUndefined(text));
    if (!success) throw new RecoveryError('archive_newer', `${path} has a part that this program does not know`);
    if (ended || first !== (line.is === 'backup')) throw incomplete(path);
    first = false;
    ended = line.is === 'end';
    if (line.is === 'end' && !counts.are(line)) throw incomplete(path);
    counts.note(line);
    yield line;
  }
  if (!ended) throw incomplete(path);
}

function incomplete(path: string): RecoveryError {
  return new RecoveryError('archive_damaged', `${path} does not have what it says`);
}

class LineCounts implements Counts {
  entries = 0;
  rows = 0;
  files = 0;

  note({ is }: ArchiveLine): void {
    if (is === 'entry') this.entries += 1;
    if (is === 'row') this.rows += 1;
    if (is === 'file') this.files += 1;
  }

  are({ entries, rows, files }: Counts): boolean {
    return entries === this.entries && rows === this.rows && files === this.files;
  }
}

function* linesOf(path: string, pieces: Iterable<Buffer>): Generator<string> {
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    rest = Buffer.concat([rest, piece]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAX_LINE_BYTES) throw incomplete(path);
  }
  if (rest.length > 0) throw incomplete(path);
}
