import type { HurenCommands, Settings } from './huren-command.ts';
import { NationError } from './nation-error.ts';
import { filesIn } from './places.ts';
import type { Seat } from './plan.ts';

/** Somebody else signed for the same entity in between: the registry says so, and nothing was entered. */
const OVERTAKEN = /\b(?:sequence_replayed|sequence_gap|chain_forked)\b/;
const TRIES = 5;

/** Somebody who acts by commands, with a directory of their own: one after another, as a person does. */
export class Office {
  readonly dir: string;
  readonly #commands: HurenCommands;
  readonly #settings: Settings;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ dir }: { readonly dir: string }, registry: Seat, commands: HurenCommands) {
    this.dir = dir;
    this.#commands = commands;
    this.#settings = { HUREN_DATA_DIR: dir, HUREN_URL: registry.url, HUREN_CA_FILE: filesIn(dir).caFile };
  }

  /** Runs a command that has to succeed, and gives what it printed. Throws NationError `step_failed`. */
  async step(...argv: string[]): Promise<string> {
    const next = this.#turn.then(() => this.#run(argv));
    this.#turn = next.catch(() => undefined);
    return await next;
  }

  async #run(argv: readonly string[]): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#commands.step(argv, this.#settings);
      } catch (error) {
        if (attempt === TRIES || !(error instanceof NationError) || !OVERTAKEN.test(error.message)) throw error;
      }
    }
  }
}
