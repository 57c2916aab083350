import { z } from 'zod';
import { levelSchema, localisedTextSchema, provinceCodeSchema, roleSchema } from '../../schemas/code-lists/index.ts';
import { manifestSchema } from '../../schemas/manifest.ts';
import { venueSchema } from '../../schemas/sandbox.ts';
import { scenariosSchema } from '../../schemas/scenarios.ts';
import { entityIdSchema } from '../../schemas/status.ts';

/** What the control API has in common with the gateway's own `/sandbox/*`. */
export { faultRequestSchema, sandboxCodesSchema } from '../../schemas/sandbox.ts';

/** The gateway and its sandbox child talk over node's IPC channel: one `start` in, one `ready` or `failed` out. */

const loopbackOriginSchema = z.string().regex(/^https?:\/\/127\.0\.0\.\d{1,3}:\d{1,5}$/);

/** A national operator whom the sandbox's OpenID provider lets in, and the registry entity that it stands for. */
export const sandboxOperatorSchema = z.strictObject({
  account: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  entityId: entityIdSchema,
  name: localisedTextSchema,
});
export type SandboxOperator = z.infer<typeof sandboxOperatorSchema>;

/**
 * Parent to child, once. `dataDir` keeps the sandbox's keys (`keys/sandbox/`, 0600) over restarts; `entityIds` gives each
 * province the entity id that its statements carry as `iss` (a province left out gets `https://<system>.sandbox.invalid`);
 * `audience` is the resource that access tokens are for, the gateway's entity id; `servers` gives the authorization server
 * of each province's venues its issuer identifier (one left out is named by its address). `operators` may log in to the
 * gateway's registry page.
 */
export const startMessageSchema = z.strictObject({
  type: z.literal('start'),
  dataDir: z.string().min(1).max(1024),
  audience: entityIdSchema,
  entityIds: z.partialRecord(provinceCodeSchema, entityIdSchema).default({}),
  servers: z.partialRecord(provinceCodeSchema, entityIdSchema).default({}),
  operators: z.array(sandboxOperatorSchema).max(8).default([]),
});
export type StartMessage = z.input<typeof startMessageSchema>;

/** A public key with the key id that the statement's header carries: the RFC 7638 thumbprint. */
export const statementKeySchema = z.strictObject({
  kid: z.string().min(16).max(64),
  jwk: z.strictObject({
    kty: z.literal('EC'),
    crv: z.enum(['P-256', 'SM2']),
    x: z.string().max(64),
    y: z.string().max(64),
    kid: z.string().max(64),
    alg: z.enum(['ES256', 'SM2']),
    use: z.literal('sig'),
  }),
});
export type StatementKey = z.infer<typeof statementKeySchema>;

/** One statement key of a province and its life so far, epoch seconds. */
export const statementKeyRecordSchema = z.strictObject({
  state: z.enum(['announced', 'active', 'retired', 'revoked']),
  announced_s: z.int().min(0),
  retired_s: z.int().min(0).nullable(),
  revoked_s: z.int().min(0).nullable(),
  jwk: statementKeySchema.shape.jwk,
});
export type StatementKeyRecord = z.infer<typeof statementKeyRecordSchema>;

/** What whoever asks a simulated system has to know of it. */
export const upstreamSchema = z.strictObject({
  origin: loopbackOriginSchema,
  secrets: z.record(z.string(), z.string()),
  statementKey: statementKeySchema.nullable(),
  statementKeys: z.array(statementKeyRecordSchema).meta({ description: 'all of them; statementKey is the active one' }),
  agencyKeys: z
    .array(z.strictObject({ level: levelSchema, role: roleSchema, key: statementKeySchema }))
    .meta({ description: 'agencies below the province, where its rule asks for signed approvals' }),
});
export type SandboxUpstream = z.infer<typeof upstreamSchema>;

/** Systems that were submitted since the sandbox started. */
export const submittedSystemsSchema = z.array(z.strictObject({ province: provinceCodeSchema, system: upstreamSchema }));

/** A province's authorization server for its venues, and the key that it signs their tokens with. */
export const venueServerSchema = z.strictObject({
  province: provinceCodeSchema,
  issuer: entityIdSchema,
  tokenEndpoint: z.url(),
  jwksUri: z.url(),
  jwk: statementKeySchema.shape.jwk,
});
export type SandboxServer = z.infer<typeof venueServerSchema>;

/** Child to parent: everything listens. `control` is the loopback API that the gateway proxies under /sandbox/. */
export const readyMessageSchema = z.strictObject({
  type: z.literal('ready'),
  provinces: z.partialRecord(provinceCodeSchema, upstreamSchema),
  unregistered: z
    .partialRecord(provinceCodeSchema, upstreamSchema)
    .meta({ description: 'systems that run here but that no gateway was started with: to be registered by hand' }),
  provider: z.strictObject({
    issuer: z.url(),
    operatorClient: z.strictObject({ client_id: z.string(), client_secret: z.string().min(16) }),
  }),
  servers: z.array(venueServerSchema).min(1),
  venues: z.array(venueSchema).min(1),
  control: z.strictObject({ origin: loopbackOriginSchema, token: z.string().min(32) }),
});
export type ReadyMessage = z.infer<typeof readyMessageSchema>;

/** Child to parent instead of `ready`: one line that says why; the child then exits with 1. */
export const failedMessageSchema = z.strictObject({ type: z.literal('failed'), reason: z.string().max(500) });

export const childMessageSchema = z.discriminatedUnion('type', [readyMessageSchema, failedMessageSchema]);
export type ChildMessage = z.infer<typeof childMessageSchema>;

/*
 * Control API on `control.origin`, `Authorization: Bearer <control.token>`:
 *   GET  /codes[?unregistered=1]   -> sandboxCodesSchema (of the systems in `unregistered` instead)
 *   GET  /systems                  -> submittedSystemsSchema
 *   POST /systems                  systemRequestSchema -> 200 upstreamSchema (a system that was submitted, played from now on)
 *   POST /records                  recordRequestSchema -> 201 recordReplySchema
 *   PUT  /faults                   faultRequestSchema  -> 200 faultRequestSchema (the fault now in force)
 *   POST /keys                     keyStepSchema       -> 200 keyStepReplySchema (the province's keys from now on)
 *   GET  /venues                   -> venueSchema[]
 *   GET  /requests?province=410000 -> sandboxRequestsSchema, newest last
 * Anything else answers with the HTTP status of the problem and controlErrorSchema.
 */
export const MAX_CONTROL_BODY_BYTES = 65_536;
/** A manifest and its scenarios, as they may be submitted to a registry. */
export const MAX_SYSTEM_BYTES = 1024 * 1024;

/** What a province submitted to the running sandbox, which plays its system by these very texts. */
export const systemRequestSchema = z.strictObject({ manifest: manifestSchema, scenarios: scenariosSchema });
export type SystemRequest = z.output<typeof systemRequestSchema>;

/**
 * One step of a statement key's rotation: `announce` makes the next key, `activate` uses it and retires the one before,
 * `revoke` uses it because the one before is compromised. Publish between the steps, and no statement meets a reader
 * that does not know its key.
 */
export const keyStepSchema = z.strictObject({
  province: provinceCodeSchema,
  step: z.enum(['announce', 'activate', 'revoke']),
});
export const keyStepReplySchema = z.strictObject({
  province: provinceCodeSchema,
  keys: z.array(statementKeyRecordSchema).min(1),
});

export const controlErrorSchema = z.strictObject({
  code: z.enum(['body_invalid', 'body_too_large', 'not_found', 'method_not_allowed', 'token_invalid', 'internal']),
  detail: z.string(),
});
export type ControlError = z.infer<typeof controlErrorSchema>;
