import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { portFreeOn } from './free-port.ts';
import type { Nation } from './nation.ts';
import { addressesOf, planNation } from './plan.ts';
import { type NationParts, startNation, stopNation } from './start-nation.ts';

export interface NationWish extends Omit<NationParts, 'plan'> {
  readonly nodes: number;
  /** Kept when the nation ends; null: a temporary one, which is removed. */
  readonly dir: string | null;
  /** Null: a free one. */
  readonly port: number | null;
}

/** Starts a nation, hands it over, and stops it whatever comes of that. Throws NationError. */
export async function withNation<T>(wish: NationWish, use: (nation: Nation) => Promise<T>): Promise<T> {
  const { nodes, dir, port } = wish;
  const place = dir === null ? mkdtempSync(join(tmpdir(), 'huren-nation-')) : resolve(dir);
  try {
    const plan = planNation(nodes, place, await portFreeOn(addressesOf(nodes), port));
    const nation = await startNation({ ...wish, plan });
    try {
      return await use(nation);
    } finally {
      await stopNation(nation);
    }
  } finally {
    if (dir === null) rmSync(place, { recursive: true, force: true });
  }
}
