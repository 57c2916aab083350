import {
  MAX_EVENT_BYTES,
  REGISTRY_EVENT_TYP,
  type RegistryEvent,
  registryEventSchema,
} from '../../schemas/registry-event.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { TrustError } from '../trust/trust-error.ts';
import { CliError } from './cli-error.ts';
import { readText } from './json-file.ts';

/** A signed event as its own text says, which nobody has verified. */
export interface ReadEvent {
  readonly jws: string;
  readonly kid: string;
  readonly alg: string;
  readonly event: RegistryEvent;
}

/** The signed events in a file, one a line; `-` is stdin. Throws CliError `file_unreadable`, `event_malformed`. */
export async function readSignedEvents(file: string): Promise<readonly ReadEvent[]> {
  const lines = (await readText(file)).split('\n').map((line) => line.trim());
  const events = lines.filter((line) => line !== '').map(readEvent);
  if (events.length === 0) throw CliError.rejected('event_malformed');
  return events;
}

function readEvent(jws: string): ReadEvent {
  try {
    const { header, payload } = parseCompact(jws, { maxBytes: MAX_EVENT_BYTES, typ: REGISTRY_EVENT_TYP });
    const parsed = registryEventSchema.safeParse(payload);
    if (parsed.success) return { jws, kid: header.kid, alg: header.alg, event: parsed.data };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
  }
  throw CliError.rejected('event_malformed');
}
