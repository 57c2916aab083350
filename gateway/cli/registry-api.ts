import type { z } from 'zod';
import { type AdapterId, adapterPlaceOf } from '../../schemas/adapter-id.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { problemSchema } from '../../schemas/problem.ts';
import {
  type AdapterView,
  adapterListSchema,
  adapterViewSchema,
  type EntityView,
  entityListSchema,
  type MandateView,
  mandateListSchema,
  policyViewSchema,
  type ReceiptReply,
  receiptSchema,
  type SubordinateView,
  subordinateListSchema,
  versionDocumentSchema,
} from '../../schemas/registry-views.ts';
import { CliError } from './cli-error.ts';
import { type GatewayClient, parseReply } from './gateway-client.ts';

/** The registry of a running gateway. Every method throws CliError: unreachable, refused, unreadable. */
export class RegistryApi {
  readonly #gateway: GatewayClient;
  constructor(gateway: GatewayClient) {
    this.#gateway = gateway;
  }

  /** Of one province alone where it is named. */
  async adapters(province?: string): Promise<AdapterView[]> {
    const query = province === undefined ? '' : `?province=${encodeURIComponent(province)}`;
    return (await this.#gateway.get(`/v1/registry/adapters${query}`, adapterListSchema)).adapters;
  }

  /** Null where nothing was submitted for that system. */
  adapter(id: AdapterId): Promise<AdapterView | null> {
    return this.#gateway.find(adapterPath(id), adapterViewSchema);
  }

  /** With the exact text of its manifest. Null where there is no such version. */
  version(id: AdapterId, version: string): Promise<z.infer<typeof versionDocumentSchema> | null> {
    return this.#gateway.find(adapterPath(id, `/versions/${version}`), versionDocumentSchema);
  }

  /** The conformance report's exact text, over which its digest was made. Null where there is none. */
  async report(id: AdapterId, version: string): Promise<string | null> {
    const reply = await this.#gateway.send(adapterPath(id, `/versions/${version}/report`), {});
    if (reply.status === 200) return reply.text;
    if (reply.status === 404) return null;
    throw CliError.refused(parseReply(reply, problemSchema));
  }

  async entities(entityId?: string): Promise<EntityView[]> {
    const query = entityId === undefined ? '' : `?entity_id=${encodeURIComponent(entityId)}`;
    return (await this.#gateway.get(`/v1/registry/entities${query}`, entityListSchema)).entities;
  }

  /** Who vouches for whom; below one superior where it is named. */
  async subordinates(superior?: string): Promise<SubordinateView[]> {
    const query = superior === undefined ? '' : `?superior=${encodeURIComponent(superior)}`;
    return (await this.#gateway.get(`/v1/registry/subordinates${query}`, subordinateListSchema)).subordinates;
  }

  async mandates(): Promise<MandateView[]> {
    return (await this.#gateway.get('/v1/registry/mandates', mandateListSchema)).mandates;
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

function adapterPath(id: AdapterId, below = ''): string {
  const { province, division } = adapterPlaceOf(id);
  return `/v1/registry/adapters/${province}${below}${division === undefined ? '' : `?division=${division}`}`;
}
