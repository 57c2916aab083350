import type { Nation } from '../nation.ts';

/** What a nation has to stand. It leaves the nation as it found it, unless it says otherwise. */
export interface Drill {
  readonly name: string;
  /** What was seen, in a sentence. Throws DrillFailure with what should have been and was not. */
  readonly run: (nation: Nation) => Promise<string>;
}

export interface DrillResult {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

export class DrillFailure extends Error {
  override readonly name = 'DrillFailure';
}

/** Ends the drill unless it holds. */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new DrillFailure(otherwise);
}
