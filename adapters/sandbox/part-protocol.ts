import { z } from 'zod';
import { provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { venueSchema } from '../../schemas/sandbox.ts';
import { entityIdSchema } from '../../schemas/status.ts';
import { failedMessageSchema, readyMessageSchema, upstreamSchema } from './protocol.ts';

/*
 * A process that plays one part of a nation alone, over TLS at an address of its own: the system of one province, or the
 * venues' authorization server. It talks over node's IPC channel as the sandbox child does: one `start` in, one `ready`
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

/** `configurationFile`: the server's signed entity configuration, read whenever somebody asks for it. */
const startServerSchema = z.strictObject({
  type: z.literal('start'),
  part: z.literal('authorization-server'),
  venues: z
    .array(
      venueSchema.pick({
        venue: true,
        kind: true,
        region: true,
        destination: true,
        name: true,
        purposes: true,
        resource: true,
      }),
    )
    .min(1),
  configurationFile: pathSchema,
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
  issuer: z.url(),
  tokenEndpoint: z.url(),
  jwksUri: z.url(),
  venues: z.array(venueSchema),
});
export type ServerReady = z.infer<typeof serverReadySchema>;

export const partMessageSchema = z.union([systemReadySchema, serverReadySchema, failedMessageSchema]);
export type PartMessage = z.infer<typeof partMessageSchema>;
