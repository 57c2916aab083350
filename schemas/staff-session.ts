import { z } from 'zod';
import { divisionCodeSchema, provinceCodeSchema, venueKindSchema } from './code-lists/index.ts';
import { instantSchema } from './status.ts';

/** GET /scan/session: whether staff can sign in to the scanner's page, and as which venue this browser is signed in. */
export const staffSessionSchema = z
  .strictObject({
    login: z.boolean().meta({ description: 'whether staff can sign in here' }),
    venue: z
      .strictObject({
        client_id: z.string().meta({ description: 'what attestations are for: their `aud`' }),
        kind: venueKindSchema,
        region: divisionCodeSchema,
        destination: provinceCodeSchema,
        ends_at: instantSchema,
      })
      .nullable(),
  })
  .meta({ id: 'StaffSession' });
