import { z } from 'zod';
import { provinceCodeSchema } from '../../schemas/code-lists/index.ts';

/** The nations whose provinces are replayed: where each keeps its keys, and what its identifiers lie below. */
export const replaySettingsSchema = z.strictObject({
  provinces: z.array(provinceCodeSchema).min(1),
  nations: z.array(z.strictObject({ dataDir: z.string(), base: z.url() })).min(1),
});

export const originsSchema = z.partialRecord(provinceCodeSchema, z.url());
export type Origins = z.output<typeof originsSchema>;
/** Where the provinces of each nation listen. */
export const replayReadySchema = z.array(originsSchema);

export const replayJobSchema = z.discriminatedUnion('kind', [
  /** New codes of one nation, dealt out to `provinces` in turn, each with its answer signed here and now. */
  z.strictObject({
    kind: z.literal('mint'),
    nation: z.int().min(0),
    provinces: z.array(provinceCodeSchema).min(1),
    count: z.int().min(1),
  }),
  /** Gives every code up: its statement lives no longer than a round. */
  z.strictObject({ kind: z.literal('forget') }),
]);
export const mintedSchema = z.strictObject({ codes: z.array(z.string()) });
