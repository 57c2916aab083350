import { z } from 'zod';
import type { Revocations } from './credential-trust.ts';

/** Issuers write the counter of their list as a number or, as the framework's own example has it, in quotation marks. */
export const revocationCounterSchema = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
]);

/** An identifier of a card in its issuer's words: base64url characters, at most 24 (SMART Health Cards, Revocation). */
export const revocationIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,24}$/);

const MAX_IDS = 1_000_000;
const ENTRY = /^(?<id>[A-Za-z0-9_-]{1,24})(?:\.(?<beforeS>\d{1,12}))?$/;
const namedSchema = z.object({ kid: z.string() });
const listSchema = z.object({
  kid: z.string(),
  method: z.literal('rid'),
  ctr: revocationCounterSchema,
  rids: z.array(z.string().regex(ENTRY)).max(MAX_IDS),
});
const UNKNOWN: Revocations = { state: 'unknown', beforeS: new Map() };
const UNREADABLE: Revocations = { state: 'unreadable', beforeS: new Map() };

/**
 * The list of one key among these. It is `unknown` where there is none, or another one than the key set announces
 * (`crlVersion`), and `unreadable` where it breaks a rule: an entry that cannot be read may be the card at hand.
 */
export function readRevocations(kid: string, crlVersion: number, lists: readonly unknown[]): Revocations {
  const list = lists.find((one) => namedSchema.safeParse(one).data?.kid === kid);
  if (list === undefined) return UNKNOWN;
  const parsed = listSchema.safeParse(list);
  if (!parsed.success) return UNREADABLE;
  if (parsed.data.ctr !== crlVersion) return UNKNOWN;
  const beforeS = new Map<string, number | null>();
  const seen = new Set<string>();
  for (const entry of parsed.data.rids) {
    const { id = '', beforeS: written } = ENTRY.exec(entry)?.groups ?? {};
    // Named twice, the list contradicts itself on when.
    if (seen.has(id)) return UNREADABLE;
    seen.add(id);
    beforeS.set(id, written === undefined ? null : Number(written));
  }
  return { state: 'known', beforeS };
}

/** True where the list has this card; `issuedS` in epoch seconds. A hash of a card names nothing: ECDSA is malleable. */
export function isRevoked({ beforeS }: Revocations, id: string, issuedS: number): boolean {
  const before = beforeS.get(id);
  return before !== undefined && (before === null || issuedS < before);
}
