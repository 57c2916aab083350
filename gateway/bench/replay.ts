import type { z } from 'zod';
import type { ReadyMessage } from '../../adapters/sandbox/protocol.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Child } from './child.ts';
import { mintedSchema, type Origins, type replayReadySchema } from './replay-job.ts';

/** New codes with green answers, dealt out to `provinces` in turn. */
export type Mint = (provinces: readonly ProvinceCode[], count: number) => Promise<string[]>;

/** The replayed provinces of one nation. */
export interface ReplayedNation {
  readonly origins: Origins;
  readonly mint: Mint;
}

/** The process that replays the provinces of every nation. */
export class Replay {
  readonly child: Child<z.output<typeof replayReadySchema>>;

  constructor(child: Child<z.output<typeof replayReadySchema>>) {
    this.child = child;
  }

  nation(nation: number): ReplayedNation {
    return {
      origins: this.child.ready[nation] ?? {},
      mint: async (provinces, count) => {
        const job = { kind: 'mint', nation, provinces, count };
        return (await this.child.run(job, mintedSchema)).codes;
      },
    };
  }

  /** Gives every code up. */
  async forget(): Promise<void> {
    await this.child.run({ kind: 'forget' }, mintedSchema);
  }
}

/** A sandbox some of whose systems listen elsewhere. */
export function movedTo(origins: Origins, sandbox: ReadyMessage): ReadyMessage {
  const elsewhere = new Map(Object.entries(origins));
  const provinces = Object.entries(sandbox.provinces).map(([code, upstream]) => {
    return [code, { ...upstream, origin: elsewhere.get(code) ?? upstream.origin }];
  });
  return { ...sandbox, provinces: Object.fromEntries(provinces) };
}
