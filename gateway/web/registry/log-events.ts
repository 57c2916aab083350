import {
  MAX_EVENT_BYTES,
  REGISTRY_EVENT_TYP,
  type RegistryEvent,
  type RegistryJwk,
  registryEventSchema,
} from '../../../schemas/registry-event.ts';
import { TILE_WIDTH } from '../../log/tiles.ts';
import { parseCompact, verifyCompact } from '../../trust/strict-jws.ts';
import { TrustError } from '../../trust/trust-error.ts';
import type { LogReader } from './log-reader.ts';

const STRICT = { maxBytes: MAX_EVENT_BYTES, typ: REGISTRY_EVENT_TYP } as const;
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The registry key of an entity, whatever has become of it since: an old entry was signed with an old key. */
export type KeyOf = (entityId: string, kid: string) => RegistryJwk | undefined;

/** One entry of the log, proved to be in it. `isSigned`: by a key that the registry has for whom it names. */
export interface LogEvent {
  readonly index: number;
  readonly event: RegistryEvent;
  readonly isSigned: boolean;
}

/** The event of one entry: in the log, and signed by whom it names. Rejects with LogError or TrustError where it is not. */
export async function provenEvent(log: LogReader, index: number, keyOf: KeyOf): Promise<RegistryEvent> {
  const text = UTF8.decode(await log.entry(index));
  const event = eventIn(text);
  await verifyCompact(text, keyFor(event, keyOf), STRICT);
  return event;
}

/** The events of one bundle, newest first. What is no event, which no registry takes in, is left out. */
export async function eventsOf(log: LogReader, bundle: number, keyOf: KeyOf): Promise<LogEvent[]> {
  const entries = await log.bundle(bundle);
  const first = bundle * TILE_WIDTH;
  const events = await Promise.all(entries.map((bytes, at) => logEvent(UTF8.decode(bytes), first + at, keyOf)));
  return events.flat().reverse();
}

async function logEvent(text: string, index: number, keyOf: KeyOf): Promise<LogEvent[]> {
  try {
    const event = eventIn(text);
    const isSigned = await verifyCompact(text, keyFor(event, keyOf), STRICT).then(
      () => true,
      () => false,
    );
    return [{ index, event, isSigned }];
  } catch (error) {
    if (error instanceof TrustError) return [];
    throw error;
  }
}

function eventIn(text: string): RegistryEvent {
  const parsed = registryEventSchema.safeParse(parseCompact(text, STRICT).payload);
  if (!parsed.success) throw new TrustError('token_malformed', 'no event of the registry');
  return parsed.data;
}

function keyFor({ iss }: RegistryEvent, keyOf: KeyOf) {
  return (kid: string) => keyOf(iss, kid);
}
