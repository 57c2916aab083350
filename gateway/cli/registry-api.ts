import { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { localisedTextSchema, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { mandateSchema } from '../../schemas/mandate.ts';
import { policySchema } from '../../schemas/policy.ts';
import { problemSchema } from '../../schemas/problem.ts';
import { entityRoleSchema, sha256Schema, versionSchema } from '../../schemas/registry-event.ts';
import { instantSchema } from '../../schemas/status.ts';
import { CliError } from './cli-error.ts';
import { type GatewayClient, parseReply } from './gateway-client.ts';

const markSchema = z.object({ by: z.string(), kid: z.string(), at: instantSchema, index: z.int() });
const stageSchema = z.enum(['full', 'shadow', 'canary', 'former', 'submitted']);

const versionViewSchema = z.object({
  version: versionSchema,
  stage: stageSchema,
  manifest_digest: sha256Schema,
  scenarios_digest: sha256Schema,
  submitted: markSchema,
  check: markSchema
    .extend({ passed: z.boolean(), level: z.enum(['static', 'live']), report_digest: sha256Schema })
    .nullable(),
  approvals: z.array(markSchema.extend({ counts: z.boolean() })),
  approvals_needed: z.int(),
  served: z.boolean(),
});
export type VersionView = z.infer<typeof versionViewSchema>;

const adapterViewSchema = z.object({
  province: provinceCodeSchema,
  name: localisedTextSchema,
  system: z.object({ id: z.string(), name: localisedTextSchema }).nullable(),
  state: z.enum(['active', 'suspended', 'registered']),
  active: versionSchema.nullable(),
  trial: z.object({ version: versionSchema, stage: stageSchema, percent: z.int().optional() }).nullable(),
  suspended: markSchema.extend({ reason: z.string() }).nullable(),
  versions: z.array(versionViewSchema),
});
export type AdapterView = z.infer<typeof adapterViewSchema>;

const keyViewSchema = z.object({
  kid: z.string(),
  use: z.string(),
  state: z.enum(['announced', 'active', 'retired', 'revoked']),
  expires_at: instantSchema.nullable(),
});
const entityViewSchema = z.object({
  entity_id: z.string(),
  role: entityRoleSchema,
  name: localisedTextSchema,
  province: provinceCodeSchema.nullable(),
  state: z.enum(['enrolled', 'removed']),
  seq: z.int(),
  prev: z.string().nullable(),
  keys: z.array(keyViewSchema),
});
export type EntityView = z.infer<typeof entityViewSchema>;

const mandateViewSchema = z.object({
  mandate: mandateSchema,
  state: z.enum(['active', 'upcoming', 'ended', 'revoked']),
  ends_at: instantSchema,
});
export type MandateView = z.infer<typeof mandateViewSchema>;

const policyViewSchema = z.object({
  province: provinceCodeSchema,
  source: z.enum(['baseline', 'published']),
  policy: policySchema,
});

const receiptSchema = z.object({
  index: z.int().min(0),
  checkpoint: z.string(),
  inclusion_proof: z.array(z.base64()),
});
export type ReceiptReply = z.infer<typeof receiptSchema>;

/** The registry of a running gateway. Every method throws CliError: unreachable, refused, unreadable. */
export class RegistryApi {
  readonly #gateway: GatewayClient;
  constructor(gateway: GatewayClient) {
    this.#gateway = gateway;
  }

  async adapters(): Promise<AdapterView[]> {
    const schema = z.object({ adapters: z.array(adapterViewSchema) });
    return (await this.#gateway.get('/v1/registry/adapters', schema)).adapters;
  }

  /** Null where the province has submitted nothing. */
  adapter(province: ProvinceCode): Promise<AdapterView | null> {
    return this.#gateway.find(`/v1/registry/adapters/${province}`, adapterViewSchema);
  }

  /** With the exact text of its manifest. Null where there is no such version. */
  version(province: ProvinceCode, version: string): Promise<(VersionView & { readonly manifest: string }) | null> {
    const schema = versionViewSchema.extend({ manifest: z.string() });
    return this.#gateway.find(`/v1/registry/adapters/${province}/versions/${version}`, schema);
  }

  /** The conformance report's exact text, over which its digest was made. Null where there is none. */
  async report(province: ProvinceCode, version: string): Promise<string | null> {
    const reply = await this.#gateway.send(`/v1/registry/adapters/${province}/versions/${version}/report`, {});
    if (reply.status === 200) return reply.text;
    if (reply.status === 404) return null;
    throw CliError.refused(parseReply(reply, problemSchema));
  }

  async entities(entityId?: string): Promise<EntityView[]> {
    const query = entityId === undefined ? '' : `?entity_id=${encodeURIComponent(entityId)}`;
    const schema = z.object({ entities: z.array(entityViewSchema) });
    return (await this.#gateway.get(`/v1/registry/entities${query}`, schema)).entities;
  }

  async mandates(): Promise<MandateView[]> {
    const schema = z.object({ mandates: z.array(mandateViewSchema) });
    return (await this.#gateway.get('/v1/registry/mandates', schema)).mandates;
  }

  policy(province: ProvinceCode): Promise<z.infer<typeof policyViewSchema>> {
    return this.#gateway.get(`/v1/registry/policies/${province}`, policyViewSchema);
  }

  /** Posts a signed event; `scenarios` goes along with a submission. Answers once it is durable and in force. */
  async post(event: string, scenarios: string | null): Promise<ReceiptReply> {
    const reply = await this.#gateway.send('/v1/registry/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(scenarios === null ? { event } : { event, scenarios }),
    });
    if (reply.status === 201) return parseReply(reply, receiptSchema);
    throw CliError.refused(parseReply(reply, problemSchema));
  }
}
