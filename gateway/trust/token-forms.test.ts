import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { publicJwkSchema } from './public-key.ts';
import { verifyCompact } from './strict-jws.ts';
import { TRUST_ERROR_CODES, TrustError } from './trust-error.ts';

/** `typ`: what the token is taken for. `expected`: that it verifies under the key, or the code that it is refused with. */
const vectorSchema = z.strictObject({
  typ: z.string(),
  defect: z.string().min(10).exactOptional(),
  expected: z.union([z.literal('valid'), z.enum(TRUST_ERROR_CODES)]),
  jwk: publicJwkSchema,
  token: z.string(),
});

const folder = join(import.meta.dirname, '../../schemas/vectors/token-forms');
const vectors = readdirSync(folder).map((name) => {
  return { name, ...vectorSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))) };
});

describe('a token in one form or the other', () => {
  test.each(vectors)('$name is read as something else than it is', async ({ typ, jwk, token, expected, defect }) => {
    expect(defect === undefined).toBe(expected === 'valid');
    const read = verifyCompact(token, jwk, { maxBytes: 4096, typ, merkle: true });
    const outcome = await read.then(
      () => 'valid',
      (error: unknown) => (error instanceof TrustError ? error.code : 'another fault'),
    );
    expect(outcome).toBe(expected);
  });
});
