import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** A command line that a program cannot run. The message is one line, and names the option, the argument or the part. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/**
 * What this process was started with, as `read` makes it of its arguments. With `--help` it prints the help instead and ends
 * with 0; where `read` throws WrongUsage it says on stderr what is wrong and how the program is used (the first line of its help),
 * and ends with 2. To be called before anything is started: whoever asks what a program does must not have it run.
 */
export function startedWith<T>(help: string, read: (args: readonly string[]) => T): T {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(help);
    process.exit(0);
  }
  try {
    return read(args);
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error;
    const [usage = ''] = help.split('\n');
    process.stderr.write(`${error.message}\n${usage}\nWhat each of them means: --help\n`);
    process.exit(2);
  }
}

/** `parseArgs` with options alone. Throws WrongUsage. */
export function optionsOf<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  return understood(() => parseArgs({ args: [...args], options })).values;
}

/** `parseArgs` with options, and with words that are none. Throws WrongUsage. */
export function optionsAndWordsOf<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  return understood(() => parseArgs({ args: [...args], options, allowPositionals: true }));
}

/** For a program that has nothing to choose. Throws WrongUsage. */
export function noOptions(args: readonly string[]): void {
  optionsOf(args, {});
}

/** A number's bounds; both may be reached. */
interface Bounds {
  readonly least: number;
  readonly most?: number;
}

/** The number that an option's text is. Throws WrongUsage where it is none, or out of bounds. */
export function numberIn(option: string, text: string, bounds: Bounds): number {
  return checked(option, text, { ...bounds, kind: 'number' });
}

/** The same for whole numbers. */
export function wholeNumberIn(option: string, text: string, bounds: Bounds): number {
  return checked(option, text, { ...bounds, kind: 'whole number' });
}

/** What a run is drawn from: any whole number. Throws WrongUsage. */
export function seedIn(text: string): number {
  return wholeNumberIn('--seed', text, { least: Number.MIN_SAFE_INTEGER });
}

/** Those of the `known` names that were given, in the order of `known`; all of them where none was. Throws WrongUsage. */
export function chosenOf<T extends string>(what: string, given: readonly string[], known: readonly T[]): readonly T[] {
  const names: readonly string[] = known;
  const unknown = given.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new WrongUsage(`${what}: there is no ${unknown}; there are ${known.join(', ')}`);
  return given.length === 0 ? known : known.filter((name) => given.includes(name));
}

function checked(option: string, text: string, { least, most, kind }: Bounds & { readonly kind: string }): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const isOfKind = kind === 'number' ? Number.isFinite(value) : Number.isSafeInteger(value);
  if (isOfKind && value >= least && value <= (most ?? Number.MAX_SAFE_INTEGER)) return value;
  const bounds = most !== undefined ? ` from ${least} to ${most}` : ` of at least ${least}`;
  throw new WrongUsage(`${option}: ${text} is no ${kind}${least === Number.MIN_SAFE_INTEGER ? '' : bounds}`);
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    // parseArgs goes on with advice about dashes.
    const [line = ''] = (cause instanceof Error ? cause.message : '').split(/\n|\. /);
    throw new WrongUsage(line, { cause });
  }
}
