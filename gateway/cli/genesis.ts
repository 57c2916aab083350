import { z } from 'zod';
import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { Actor } from '../keys/actor.ts';
import { LogError } from '../log/log-error.ts';
import { parseVerifierKey } from '../log/note.ts';
import { jwkSetSchema, type PublicJwk } from '../trust/public-key.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { CliError } from './cli-error.ts';
import { signEvents } from './enter-event.ts';
import { faultText } from './fault-text.ts';
import { readJson, readText } from './json-file.ts';

/** What a registry is created from. `federationKeys`: null where the anchor's registry key is its federation key too. */
export interface GenesisParts {
  readonly anchor: Actor;
  readonly name: LocalisedText;
  readonly origin: string;
  readonly logKey: string;
  readonly federationKeys: readonly PublicJwk[] | null;
}

/** Entry 0 as a signed event, and the anchor file as text: what everybody who follows the registry is given. */
export interface Genesis {
  readonly entry: string;
  readonly anchorFile: string;
}

/** An anchor file together with what it pins. */
export interface AnchorFile {
  readonly text: string;
  readonly entityId: string;
  readonly federationKids: readonly string[];
  readonly registryKids: readonly string[];
  readonly logKeys: readonly string[];
}

const keySetFileSchema = z.union([jwkSetSchema, z.object({ jwks: jwkSetSchema }).transform(({ jwks }) => jwks)]);

/** Signs `registry_created` and makes the anchor file that fits it. Throws CliError `usage_invalid`. */
export async function createGenesis(
  { anchor, name, origin, logKey, federationKeys }: GenesisParts,
  iatS: number,
): Promise<Genesis> {
  requireLogKey(logKey, origin);
  const { entityId, publicJwk } = anchor;
  const body = { name, jwks: { keys: [publicJwk] }, log: { origin, keys: [logKey] } };
  const nothing = { entityId, seq: 0, prev: null };
  const { events } = await signEvents(anchor, nothing, [{ kind: 'registry_created', body }], iatS);
  const registry = { entity_id: entityId, jwks: { keys: [publicJwk] }, log_keys: [logKey] };
  const pinned = { entity_id: entityId, jwks: { keys: federationKeys ?? [publicJwk] }, registry };
  // What nobody could read back is not handed out.
  trustBundleSchema.parse(pinned);
  return { entry: events.join(''), anchorFile: `${JSON.stringify(pinned, null, 2)}\n` };
}

/** The public keys in a JWK set, or in what `registry public-key` prints. A private one is refused. Throws CliError. */
export async function readKeySet(file: string): Promise<readonly PublicJwk[]> {
  const parsed = keySetFileSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data.keys;
  throw CliError.of('file_unreadable', {
    zh: `${file} 不是公钥集 {"keys":[…]}`,
    en: `${file} is no set of public keys {"keys":[…]}`,
  });
}

/** Throws CliError `file_unreadable` unless the file pins an anchor. */
export async function readAnchorFile(file: string): Promise<AnchorFile> {
  const text = await readText(file);
  const parsed = trustBundleSchema.safeParse(jsonOrUndefined(text));
  if (!parsed.success) {
    const { at, zh, en } = faultText(parsed.error);
    const said = { zh: `${file} 不是信任锚文件：${at} ${zh}`, en: `${file} is no anchor file: ${at} ${en}` };
    throw CliError.of('file_unreadable', said);
  }
  const { entity_id, jwks, registry } = parsed.data;
  const kids = (keys: readonly PublicJwk[] | undefined) => (keys ?? []).map(({ kid }) => kid);
  return {
    text,
    entityId: entity_id,
    federationKids: kids(jwks.keys),
    registryKids: kids(registry?.jwks.keys),
    logKeys: registry?.log_keys ?? [],
  };
}

function requireLogKey(logKey: string, origin: string): void {
  try {
    if (parseVerifierKey(logKey).name === origin) return;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
  }
  throw CliError.of('usage_invalid', {
    zh: '--log-key 不是名为 --origin 的日志的验证密钥',
    en: '--log-key is no verifier key of a log whose name is --origin',
  });
}
