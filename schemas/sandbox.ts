import { z } from 'zod';
import {
  divisionCodeSchema,
  localisedTextSchema,
  provinceCodeSchema,
  purposeSchema,
  venueKindSchema,
} from './code-lists/index.ts';
import { jsonValueSchema, scenariosSchema } from './scenarios.ts';
import { entityIdSchema } from './status.ts';

/** What is said at `/sandbox/*`, and between the gateway and the process that plays the provinces. */

/** Where the sandbox keeps its files, percent-encoded, in every reply at `/sandbox/*`. */
export const DATA_DIR_HEADER = 'huren-data-dir';

/** An invented venue with its client credentials. */
export const venueSchema = z.strictObject({
  venue: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  kind: venueKindSchema,
  region: divisionCodeSchema,
  destination: provinceCodeSchema,
  name: localisedTextSchema,
  purposes: z.array(purposeSchema).min(1),
  client_id: z.string(),
  client_secret: z.string(),
  token_endpoint: z.url(),
  resource: entityIdSchema,
  scope: z.literal('verify'),
  dpop_bound_access_tokens: z.boolean().meta({
    description: 'whether its authorization server gives it none but tokens that are bound to a key (RFC 9449)',
  }),
});
export type SandboxVenue = z.infer<typeof venueSchema>;

/** An access token as one of the venues, for a page that nobody signs in to. */
export const venueTokenRequestSchema = venueSchema.pick({ venue: true }).extend({
  proof: z.string().min(1).max(4_096).exactOptional().meta({
    description: 'where its tokens are bound to a key: a proof of possession for its token endpoint (RFC 9449)',
  }),
});
export const venueTokenReplySchema = venueSchema
  .pick({ venue: true, name: true, destination: true, purposes: true, client_id: true })
  .extend({ access_token: z.string(), token_type: z.literal(['Bearer', 'DPoP']), expires_in: z.int().min(1) });

/** Sample codes with what each must lead to. */
export const sandboxCodesSchema = z.array(
  z.strictObject({
    province: provinceCodeSchema,
    system: z.string(),
    scenario: z.string(),
    code: z.string(),
    venue: venueSchema.shape.venue.optional().meta({ description: 'scan it here; absent: at the first venue' }),
    expected: scenariosSchema.shape.scenarios.element.shape.expected,
    record: jsonValueSchema.nullable().meta({ description: 'the raw record, in the shape that POST /records takes' }),
  }),
);
export type SandboxCode = z.infer<typeof sandboxCodesSchema>[number];

/** Puts a raw record, in the system's own shape, behind a new code. */
export const recordRequestSchema = z.strictObject({
  province: provinceCodeSchema,
  raw: z.record(z.string(), jsonValueSchema),
});
export const recordReplySchema = z.strictObject({ code: z.string() });

/** Longest delay a fault may ask for; also how long a hanging or trickling reply is held before its socket is cut. */
export const MAX_FAULT_MS = 60_000;

/**
 * What a simulated upstream does wrong on demand. It applies to the simulated upstream only and to every request of that
 * province until it is set to null again.
 * - `latencyMs` waits before the answer; `status` answers that HTTP status with an empty JSON object, and with a
 *   `Retry-After` where `retry_after_s` is given.
 * - `hang` never answers; `reset` cuts the connection; `garbage` answers 200 with bytes that are no reply of the system.
 * - `bad_signature` breaks the signature of the statement; a system that signs nothing answers that the caller's own
 *   signature is wrong.
 * - `flap: N` answers 503 to N requests, then well to N, and so on, failures first.
 * - Beyond the contract, for the conformance kit: `oversize` (2 MiB and more), `redirect` (to an address that must not be
 *   followed), `trickle` (half a reply, then a byte at a time), `half_closed` (half a reply, then the end of the stream),
 *   `repeated_member` (the answer with its first member or its SOAP body twice), `undecodable` (the answer with an octet
 *   that no encoding has there).
 */
export const faultSchema = z
  .union([
    z.null(),
    z.strictObject({ latencyMs: z.int().min(0).max(MAX_FAULT_MS) }),
    z.strictObject({
      status: z.int().min(400).max(599),
      retry_after_s: z.int().min(0).max(3600).exactOptional(),
    }),
    z.strictObject({ hang: z.literal(true) }),
    z.strictObject({ garbage: z.literal(true) }),
    z.strictObject({ reset: z.literal(true) }),
    z.strictObject({ bad_signature: z.literal(true) }),
    z.strictObject({ flap: z.int().min(1).max(1000) }),
    z.strictObject({ oversize: z.literal(true) }),
    z.strictObject({ redirect: z.literal(true) }),
    z.strictObject({ trickle: z.literal(true) }),
    z.strictObject({ half_closed: z.literal(true) }),
    z.strictObject({ repeated_member: z.literal(true) }),
    z.strictObject({ undecodable: z.literal(true) }),
  ])
  .meta({ id: 'SandboxFault', description: 'null mends it' });
export type Fault = z.infer<typeof faultSchema>;

/** The fault that a province is to have from now on. */
export const faultRequestSchema = z.strictObject({ province: provinceCodeSchema, fault: faultSchema });

/** What a province got to see: its requests as received. */
export const sandboxRequestsSchema = z.array(
  z.strictObject({
    province: provinceCodeSchema,
    number: z.int().min(1).meta({ description: 'of all that this system has received; only the last are kept' }),
    at: z.iso.datetime(),
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
);
export type SandboxRequest = z.infer<typeof sandboxRequestsSchema>[number];
