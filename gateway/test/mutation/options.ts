import { parseArgs } from 'node:util';

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
  readonly help: boolean;
  readonly incremental: boolean;
  /** Files, folders, and patterns of files. */
  readonly patterns: readonly string[];
}

/** Reads the options of `npm run mutation`. Null where there is one that it does not know. */
export function readOptions(args: readonly string[]): MutationOptions | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        incremental: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowPositionals: true,
    });
    return { ...values, patterns: positionals.length === 0 ? RULES : positionals };
  } catch {
    return null;
  }
}
