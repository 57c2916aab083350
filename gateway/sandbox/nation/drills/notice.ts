import { z } from 'zod';
import type { Nation } from '../nation.ts';
import { anchorKey } from '../national-ceremony.ts';

const enteredSchema = z.object({ index: z.int().min(0) });

/** Enters something that changes no scan: a mandate of one day for a county that has no venue. Gives the log's size then. `anchor`: the anchor's officer at another registry. */
export async function issueNotice({ plan, offices }: Nation, id: string, anchor = offices.anchor): Promise<number> {
  const scope = ['--regions', '659001', '--kinds', 'hospital', '--purposes', 'medical_visit', '--days', '1'];
  const words = ['--title', '演练 drill', '--citation', 'Drill'];
  const printed = await anchor.step(
    ...['mandate', 'issue', '--id', id, ...scope, ...words, '--key', anchorKey(plan), '--json'],
  );
  return enteredSchema.parse(JSON.parse(printed)).index + 1;
}
