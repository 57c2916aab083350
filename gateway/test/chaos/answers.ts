import { z } from 'zod';
import { type VerificationReply, verificationReplySchema } from '../../../schemas/verification.ts';

/** What came back for one scan: a problem's code, or a decision, with the whole reply where it is looked at closely. */
export type Answer =
  | { readonly problem: string }
  | { readonly decision: string; readonly stale: boolean; readonly reply: VerificationReply | null };

const briefSchema = z.union([
  z.object({ decision: z.string(), stale: z.boolean() }),
  z.object({ code: z.string() }).transform(({ code }) => ({ problem: code })),
]);
const batchSchema = z.object({ results: z.array(z.unknown()) });

/** Of a batch, so many replies are read in full: more would keep the venues' own process busier than the gateways. */
const READ_IN_FULL = 10;

/** The answers to `asked` scans that were put as one, or as a batch. Throws where the body is not what it must be. */
export function answersOf(status: number, text: string, asked: number): Answer[] {
  if (status !== 200) return Array.from({ length: asked }, () => ({ problem: problemIn(status, text) }));
  const body: unknown = JSON.parse(text);
  const results = asked === 1 ? [body] : batchSchema.parse(body).results;
  return results.map((result, at) => {
    const brief = briefSchema.parse(result);
    if ('problem' in brief) return brief;
    return { ...brief, reply: at < READ_IN_FULL ? verificationReplySchema.parse(result) : null };
  });
}

/** Our own code, or `http-502` and the like where something before the gateway answered. */
function problemIn(status: number, text: string): string {
  return /"code":"([a-z_]+)"/.exec(text)?.[1] ?? `http-${status}`;
}
