import { globSync, statSync } from 'node:fs';
import { optionsAndWordsOf, WrongUsage } from '../../program-options.ts';

const NO_SOURCE = /\.(?:test|fixture|contract|writer)\.ts$/;

/** The rules that decide about people and provinces: what is mutated where nobody says what. */
const RULES = [
  'gateway/provenance',
  'gateway/policy',
  'adapters/translate.ts',
  'gateway/trust/attestation-rules.ts',
  'gateway/trust/verify-attestation.ts',
  'gateway/trust/status-statement.ts',
  'gateway/access/venue-tokens.ts',
  'gateway/registry/fold*.ts',
];

export const HELP = `Usage: npm run mutation -- [options] [FILE|FOLDER|PATTERN]...

Changes one operator, condition or literal of the code at a time, and runs the tests beside it, those that start no server.
Names every change that no test noticed, and each file's score. A folder takes minutes. Where nothing is named:
  ${RULES.join('\n  ')}

Options:
  --incremental  ask again only what changed in those files and their tests since the last such run
  --help         print this

Exit code: 0 every file is held well enough, 1 one is not, 2 wrong usage.
`;

export interface MutationOptions {
  readonly incremental: boolean;
  /** Source files, by their paths from here. */
  readonly files: ReadonlySet<string>;
}

/** Reads the options of `npm run mutation`. Throws WrongUsage, also where a file, a folder or a pattern names no source. */
export function readOptions(args: readonly string[]): MutationOptions {
  const { values, positionals } = optionsAndWordsOf(args, { incremental: { type: 'boolean', default: false } });
  const patterns = positionals.length === 0 ? RULES : positionals;
  const nothing = patterns.filter((pattern) => sourcesOf(pattern).length === 0);
  if (nothing.length > 0) throw new WrongUsage(`no source file is named by ${nothing.join(' ')}`);
  return { ...values, files: new Set(patterns.flatMap(sourcesOf)) };
}

function sourcesOf(pattern: string): string[] {
  const files = globSync(isFolder(pattern) ? `${pattern}/*.ts` : pattern);
  return files.filter((file) => file.endsWith('.ts') && !NO_SOURCE.test(file)).sort();
}

function isFolder(pattern: string): boolean {
  return statSync(pattern, { throwIfNoEntry: false })?.isDirectory() === true;
}
