import { instantOf } from '../../schemas/instant.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { problemSchema } from '../../schemas/problem.ts';
import { REGISTRY_EVENT_TYP, type RegistryEvent, registryEventSchema } from '../../schemas/registry-event.ts';
import { consistencyProofSchema } from '../../schemas/registry-views.ts';
import { type CheckpointTrust, parseCheckpoint, type VerifiedCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { verifyConsistency } from '../log/merkle.ts';
import { decodeBundle, TILE_WIDTH, tilePath } from '../log/tiles.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { CliError } from './cli-error.ts';
import { type GatewayClient, parseReply } from './gateway-client.ts';

/** One entry as the log has it. `event` is the signed event itself; null in place of what cannot be read. */
export interface LogEntry {
  readonly index: number;
  readonly iss: string | null;
  readonly kind: string | null;
  readonly at: string | null;
  readonly about: string | null;
  readonly event: string;
}

const MAX_ENTRY_CHARS = 65_535;

/** How long a question for another checkpoint stays open, below what a reply may take. */
const WAIT_S = 10;

/**
 * The log's present checkpoint as published, not believed yet. `since`: the size that is known; the log is then given
 * ten seconds to have another one. Throws CliError.
 */
export async function fetchCheckpoint(gateway: GatewayClient, since?: number): Promise<string> {
  const wanted = since === undefined ? '' : `?since=${since}&wait_s=${WAIT_S}`;
  const reply = await gateway.send(`/v1/log/checkpoint${wanted}`, {});
  if (reply.status === 200) return reply.text;
  throw CliError.refused(parseReply(reply, problemSchema));
}

/** Throws CliError `checkpoint_refused` unless the pinned log key signed it. */
export function believeCheckpoint(note: string, trust: CheckpointTrust): VerifiedCheckpoint {
  try {
    return verifyCheckpoint(note, trust);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    throw CliError.of('checkpoint_refused', {
      zh: `检查点不可信：${error.code}`,
      en: `the checkpoint is not to be believed: ${error.code}`,
    });
  }
}

/** Throws CliError `checkpoint_refused` unless `later` is proved to extend `earlier` (RFC 9162 section 2.1.4). */
export async function assertExtends(
  gateway: GatewayClient,
  earlier: VerifiedCheckpoint,
  later: VerifiedCheckpoint,
): Promise<void> {
  const claim = { size1: earlier.size, size2: later.size, root1: earlier.root, root2: later.root };
  if (later.size < earlier.size) {
    throw CliError.of('checkpoint_refused', {
      zh: `日志曾有 ${earlier.size} 条，现在只剩 ${later.size} 条`,
      en: `the log had ${earlier.size} entries and now has ${later.size}: it was rolled back`,
    });
  }
  const path = `/v1/log/proof/consistency?from=${earlier.size}&to=${later.size}`;
  const { proof } = await gateway.get(path, consistencyProofSchema);
  if (verifyConsistency({ ...claim, proof: proof.map((hash) => new Uint8Array(Buffer.from(hash, 'base64'))) })) return;
  throw CliError.of('checkpoint_refused', {
    zh: `已存的前 ${earlier.size} 条与现在的日志不一致`,
    en: `the first ${earlier.size} entries are not those kept here: the log was rewritten`,
  });
}

/** Entries from the published bundles; `choose` says which ones of a log of that size. Throws CliError. */
export async function readEntries(
  gateway: GatewayClient,
  choose: (size: number) => { readonly from: number; readonly to: number },
): Promise<LogEntry[]> {
  const { size } = parseCheckpoint(await fetchCheckpoint(gateway));
  const { from, to } = choose(size);
  const entries: LogEntry[] = [];
  for (let tile = Math.floor(from / TILE_WIDTH); tile * TILE_WIDTH < to; tile += 1) {
    const first = tile * TILE_WIDTH;
    const bundle = await fetchBundle(gateway, tile, Math.min(TILE_WIDTH, size - first));
    const wanted = bundle.map((bytes, at) => ({ bytes, index: first + at }));
    entries.push(...wanted.filter(({ index }) => index >= from && index < to).map(entryOf));
  }
  return entries;
}

async function fetchBundle(gateway: GatewayClient, index: number, width: number): Promise<Uint8Array[]> {
  const reply = await gateway.bytes(`/v1/log/${tilePath({ kind: 'entries', index, width })}`);
  return decodeBundle(reply);
}

function entryOf({ bytes, index }: { readonly bytes: Uint8Array; readonly index: number }): LogEntry {
  const event = Buffer.from(bytes).toString('utf8');
  try {
    const { payload } = parseCompact(event, { maxBytes: MAX_ENTRY_CHARS, typ: REGISTRY_EVENT_TYP });
    const { iss, kind, iat, body } = registryEventSchema.parse(payload);
    const at = instantOf(iat);
    return { index, iss, kind, at, about: aboutOf(body), event };
  } catch {
    return { index, iss: null, kind: null, at: null, about: null, event };
  }
}

/** What an event is about, in a few words: the names in its body, or in the document that it carries. */
function aboutOf(body: RegistryEvent['body']): string {
  if ('manifest' in body) return namesOf(jsonOrUndefined(body.manifest), ['province', 'version']);
  if ('policy' in body) return namesOf(body.policy, ['destination', 'id', 'version']);
  if ('mandate' in body) return namesOf(body.mandate, ['id']);
  const names = ['entity_id', 'province', 'version', 'to_version', 'kid', 'verifier_key', 'mandate_id', 'reason'];
  const signsWith = 'published' in body ? (body.published ?? []).map(({ jwk }) => jwk.kid) : [];
  return [namesOf(body, names), ...signsWith].join(' ');
}

function namesOf(document: unknown, names: readonly string[]): string {
  const members = new Map<string, unknown>(Object.entries(Object(document)));
  return names
    .map((name) => members.get(name))
    .filter((value) => typeof value === 'string')
    .join(' ');
}
