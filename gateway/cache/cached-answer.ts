import { z } from 'zod';
import { type ProvinceCode, provinceCodeSchema, recordReasonSchema } from '../../schemas/code-lists/index.ts';
import { waySchema } from '../../schemas/manifest.ts';
import { statusClaimsSchema } from '../../schemas/statement.ts';
import { assuranceSchema } from '../../schemas/status.ts';

/** What a province said about one token, already verified. A failure is no answer and has no form here. */
export const cachedAnswerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('claims'),
    claims: statusClaimsSchema,
    localGroundOnly: z.boolean(),
    reasons: z.array(recordReasonSchema),
    assurance: assuranceSchema,
    statement: z.string().nullable(),
    way: waySchema.nullable(),
  }),
  z.strictObject({ kind: z.literal('absent'), why: z.enum(['expired', 'unknown']) }),
]);
export type CachedAnswer = z.infer<typeof cachedAnswerSchema>;

/**
 * An answer with its limits. `seen` is the last invalidation that the asking process knew of when it asked: whatever
 * was invalidated after that may not be answered from here, whichever clock says what. `tag` stands for the handle.
 */
export const cacheEntrySchema = z.strictObject({
  answer: cachedAnswerSchema,
  province: provinceCodeSchema,
  tag: z.string().nullable(),
  seen: z.string(),
  freshUntilMs: z.number(),
  usableUntilMs: z.number(),
});
export type CacheEntry = z.infer<typeof cacheEntrySchema>;

/** What an entry is found under. `previous`: its name of an hour ago, while entries under that name can still live. */
export interface CacheKey {
  readonly province: ProvinceCode;
  readonly name: string;
  readonly previous: string | null;
}

/**
 * One place where answers are kept: this process's memory, or Redis for all processes. `get` gives null for what is
 * not there or no longer usable, and rejects where the place cannot be asked: absence differs from failure.
 */
export interface CacheTier {
  readonly get: (name: string) => Promise<CacheEntry | null>;
  readonly put: (name: string, entry: CacheEntry) => Promise<void>;
}
