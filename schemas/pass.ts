import { z } from 'zod';

/** POST /v1/passes/revocations */
export const passRevocationSchema = z
  .strictObject({ pass: z.string().min(1).max(1024).meta({ description: 'the pass itself, compact JWS' }) })
  .meta({ id: 'PassRevocation' });
