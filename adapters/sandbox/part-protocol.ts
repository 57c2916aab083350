import { z } from 'zod';
import { provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { venueSchema } from '../../schemas/sandbox.ts';
import { entityIdSchema } from '../../schemas/status.ts';
import { failedMessageSchema, readyMessageSchema, upstreamSchema, venueServerSchema } from './protocol.ts';

/*
 * A process that plays one part of a nation alone, over TLS at an address of its own: the system of one province, or the
 * provinces' authorization servers for their venues. It talks over node's IPC channel as the sandbox child does: one `start` in, one `ready`
 * or `failed` out.
 */

const pathSchema = z.string().min(1).max(1024);
const listeningSchema = z.strictObject({
  address: z.ipv4(),
  port: z.int().min(1).max(65_535),
  certFile: pathSchema,
  keyFile: pathSchema,
});

/** `issuer`: who the statements say that they are from. `dataDir` keeps the system's keys over restarts. */
const startSystemSchema = z.strictObject({
  type: z.literal('start'),
  part: z.literal('system'),
  province: provinceCodeSchema,
  issuer: entityIdSchema,
  dataDir: pathSchema,
  listening: listeningSchema,
});

const plannedVenueSchema = venueSchema.pick({
  venue: true,
  kind: true,
  region: true,
  destination: true,
  name: true,
  purposes: true,
  resource: true,
});

/** Each province's server: its venues, and the node that keeps its federation keys and signs its entity configuration. */
const startServerSchema = z.strictObject({
  type: z.literal('start'),
  part: z.literal('authorization-server'),
  servers: z
    .array(
      z.strictObject({
        province: provinceCodeSchema,
        node: entityIdSchema,
        venues: z.array(plannedVenueSchema).min(1),
      }),
    )
    .min(1),
  dataDir: pathSchema,
  listening: listeningSchema,
});

export const startPartSchema = z.discriminatedUnion('part', [startSystemSchema, startServerSchema]);
export type StartPart = z.infer<typeof startPartSchema>;
export type StartSystem = z.infer<typeof startSystemSchema>;
export type StartServer = z.infer<typeof startServerSchema>;

export const systemReadySchema = z.strictObject({
  type: z.literal('ready'),
  part: z.literal('system'),
  upstream: upstreamSchema,
  control: readyMessageSchema.shape.control,
});
export type SystemReady = z.infer<typeof systemReadySchema>;

export const serverReadySchema = z.strictObject({
  type: z.literal('ready'),
  part: z.literal('authorization-server'),
  servers: z.array(venueServerSchema).min(1),
  venues: z.array(venueSchema),
});
export type ServerReady = z.infer<typeof serverReadySchema>;

export const partMessageSchema = z.union([systemReadySchema, serverReadySchema, failedMessageSchema]);
export type PartMessage = z.infer<typeof partMessageSchema>;
