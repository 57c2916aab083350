import { parseArgs } from 'node:util';

/** What one long run at the national desk does. */
export interface DeskOptions {
  readonly seed: number;
  /** Scans with known outcomes. */
  readonly scans: number;
  /** How long simulated nodes report, in seconds. */
  readonly seconds: number;
  /** Where pictures of the page go; null: none are taken. */
  readonly pictures: string | null;
  /** Where a processor profile of the monitor under load goes; null: none is taken. */
  readonly profile: string | null;
  /** The parts to run, in the order in which all of them are run. */
  readonly parts: readonly string[];
}

/**
 * Reads the arguments of `npm run desk`: options, and which of the `known` parts to run, which are all of them unless told.
 * Throws where there is an option or a part that it does not know.
 */
export function readOptions(args: readonly string[], known: readonly string[]): DeskOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      scans: { type: 'string', default: '20000' },
      seconds: { type: 'string', default: '90' },
      pictures: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}; there are ${known.join(', ')}`);
  return {
    seed: Number(values.seed),
    scans: Number(values.scans),
    seconds: Number(values.seconds),
    pictures: values.pictures ?? null,
    profile: values.profile ?? null,
    parts: known.filter((name) => positionals.length === 0 || positionals.includes(name)),
  };
}
