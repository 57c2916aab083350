import type { z } from 'zod';
import { adapterIdOf } from '../../../schemas/adapter-id.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import type { RegistryJwk } from '../../../schemas/registry-event.ts';
import {
  type AdapterView,
  adapterListSchema,
  type DeviationsView,
  deviationsViewSchema,
  type EntityView,
  entityListSchema,
  type MandateView,
  mandateListSchema,
  policyListSchema,
} from '../../../schemas/registry-views.ts';
import { parseCheckpoint } from '../../log/checkpoint.ts';
import { LogError } from '../../log/log-error.ts';
import { say } from '../shell/language.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { LogReader } from './log-reader.ts';
import { type LogStanding, standingOf } from './log-standing.ts';

const ANSWER_WITHIN_MS = 15_000;

/** The registry as the gateway tells it, and the log that it can be held against. */
export interface RegistryView {
  /** In the order of the provinces' codes. */
  readonly adapters: readonly AdapterView[];
  readonly entities: readonly EntityView[];
  readonly mandates: readonly MandateView[];
  /** Of the destinations that are stricter than the national baseline. */
  readonly deviations: readonly DeviationsView[];
  readonly standing: LogStanding;
  /** Null where no head is believed: nothing is proved then. */
  readonly log: LogReader | null;
  /** What of the log all of this covers at least, by the gateway's word: when it is longer, this is to be read anew. */
  readonly coveredSize: number;
  readonly nameOf: (entityId: string) => string;
  readonly keyOf: (entityId: string, kid: string) => RegistryJwk | undefined;
}

/** Reads everything anew. `before`: what is proved already is kept while the head is the same. Null: not to be read now. */
export async function readRegistry(before: RegistryView | null): Promise<RegistryView | null> {
  // First, since it tells the size that it covers: whatever is read after it covers no less.
  const entities = await read('/v1/registry/entities', entityListSchema);
  const [adapters, mandates, policies] = await Promise.all([
    read('/v1/registry/adapters', adapterListSchema),
    read('/v1/registry/mandates', mandateListSchema),
    read('/v1/registry/policies', policyListSchema),
  ]);
  if (adapters === null || entities === null || mandates === null || policies === null) return null;
  const stricter = policies.policies.filter(({ source, stricter }) => source === 'published' && stricter > 0);
  const deviations = await Promise.all(
    stricter.map(({ province }) => read(`/v1/registry/policies/${province}/deviations`, deviationsViewSchema)),
  );
  // Read after the state, so that it covers every entry that the state speaks of.
  const checkpoint = await askOwnGateway('/v1/log/checkpoint', {}, ANSWER_WITHIN_MS);
  if (checkpoint?.status !== 200 || entities.log === null) return null;
  const standing = await standingOf(checkpoint.text, entities.log.keys);
  const byId = new Map(entities.entities.map((entity) => [entity.entity_id, entity]));
  return {
    adapters: adapters.adapters.toSorted((a, b) => adapterIdOf(a).localeCompare(adapterIdOf(b))),
    entities: entities.entities,
    mandates: mandates.mandates,
    deviations: deviations.flatMap((found) => (found === null ? [] : [found])),
    standing,
    log: 'head' in standing ? readerFor(standing.head, before?.log ?? null) : null,
    // What is in force and not signed yet is no reason to ask again and again.
    coveredSize: Math.min(entities.size, sizeIn(checkpoint.text) ?? entities.size),
    nameOf: (entityId) => {
      const entity = byId.get(entityId);
      return entity === undefined ? entityId : say(entity.name);
    },
    keyOf: (entityId, kid) => registryKey(byId.get(entityId), kid)?.jwk,
  };
}

/** The record of an entity's registry key. */
export function registryKey(entity: EntityView | undefined, kid: string) {
  return entity?.keys.find((key) => key.use === 'registry' && key.kid === kid);
}

function readerFor(head: LogReader['head'], before: LogReader | null): LogReader {
  return before?.head.size === head.size ? before : new LogReader(head);
}

function sizeIn(note: string): number | null {
  try {
    return parseCheckpoint(note).size;
  } catch (error) {
    if (error instanceof LogError) return null;
    throw error;
  }
}

/** A document of the page's own gateway in its documented form, or null. */
export async function read<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T> | null> {
  const reply = await askOwnGateway(path, {}, ANSWER_WITHIN_MS);
  if (reply?.status !== 200) return null;
  return schema.safeParse(jsonOrUndefined(reply.text)).data ?? null;
}
