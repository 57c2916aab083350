import { join } from 'node:path';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { ownMember } from '../../schemas/own-member.ts';
import { MAX_TRUST_BUNDLE_BYTES } from '../trust/bundle-bytes.ts';
import { chainInResponse } from '../trust/resolve-response.ts';
import { type TrustBundle, trustBundleSchema } from '../trust/trust-bundle.ts';
import { type TrustAnchor, validateChain } from '../trust/trust-chain.ts';
import { TrustError } from '../trust/trust-error.ts';
import { readBoundedFile } from './bounded-input.ts';
import type { Environment } from './cli.ts';
import { CliError } from './cli-error.ts';
import { GatewayClient, gatewayUrl } from './gateway-client.ts';

/** What verifying stands on: the pinned anchor (null: none is pinned here) and where chains come from. */
export interface TrustMaterial {
  readonly anchor: TrustAnchor | null;
  readonly chainOf: (entityId: string) => Promise<readonly string[]>;
  /** Signed historical keys of an entity, null where none are at hand: they tell of revocations since. */
  readonly historicalKeysOf: (entityId: string) => string | null;
  /** The status list token behind a pass, null where none is at hand. */
  readonly statusListOf: (uri: string) => Promise<string | null>;
}

/** Signed documents about holder-carried certificates, and the pinned keys that may sign them. */
export type CredentialMaterial = Required<
  Pick<TrustBundle, 'credential_lists' | 'credential_rules' | 'credential_signers'>
>;

export interface TrustOptions {
  readonly anchor?: string;
  readonly bundle?: string;
}

/**
 * The anchor from `--anchor`, HUREN_ANCHOR_FILE or the data directory, never from a gateway: whoever gives the answer
 * must not also say whom to believe. Chains are no secret and are checked, so they may come from anywhere: `--bundle`, a
 * bundle given as the anchor, the data directory, the gateway. Throws CliError `file_unreadable`.
 */
export function readTrust(options: TrustOptions, env: Environment): TrustMaterial {
  const dataDir = env['HUREN_DATA_DIR'] || '.huren';
  const pinned = options.anchor ?? (env['HUREN_ANCHOR_FILE'] || undefined);
  const anchor = pinned === undefined ? findBundle(join(dataDir, 'anchor.json')) : readBundle(pinned);
  const given = options.bundle === undefined ? null : readBundle(options.bundle);
  const carried = given ?? (anchor !== null && Object.keys(anchor.chains).length > 0 ? anchor : null);
  const chainOf = carried === null ? chainsNearby(dataDir, anchor, env) : chainsOf(carried);
  const nearby = carried ?? findBundle(join(dataDir, 'trust-bundle.json'));
  return {
    anchor,
    chainOf: remembering(chainOf),
    historicalKeysOf: (entityId) => (nearby === null ? undefined : ownMember(nearby.historical_keys, entityId)) ?? null,
    // With a bundle in hand nobody is asked: what is not in it is not known.
    statusListOf: remembering(async (uri) =>
      carried === null ? await statusListOnline(uri, env) : (ownMember(carried.status_lists, uri) ?? null),
    ),
  };
}

/**
 * The same for certificates that their holders carry: documents come from the anchor file and from `--bundle`, else from the
 * bundle that the node on this machine keeps; the keys that may sign them from the anchor file alone. Throws CliError `file_unreadable`.
 */
export function readCredentialMaterial(options: TrustOptions, env: Environment): CredentialMaterial {
  const dataDir = env['HUREN_DATA_DIR'] || '.huren';
  const pinned = options.anchor ?? (env['HUREN_ANCHOR_FILE'] || undefined);
  const anchor = pinned === undefined ? findBundle(join(dataDir, 'anchor.json')) : readBundle(pinned);
  const given =
    options.bundle === undefined ? findBundle(join(dataDir, 'trust-bundle.json')) : readBundle(options.bundle);
  return {
    credential_signers: anchor?.credential_signers ?? { keys: [] },
    credential_lists: [anchor, given].flatMap((bundle) => bundle?.credential_lists ?? []),
    credential_rules: [anchor, given].flatMap((bundle) => bundle?.credential_rules ?? []),
  };
}

type ChainSource = TrustMaterial['chainOf'];

function chainsOf(bundle: TrustBundle): ChainSource {
  return async (entityId) => {
    const chain = ownMember(bundle.chains, entityId);
    if (chain === undefined) throw new TrustError('fetch_failed', 'the bundle has no chain for that entity');
    return chain;
  };
}

/** The data directory's bundle while its chain stands; it was written once, and the gateway has renewed since. */
function chainsNearby(dataDir: string, anchor: TrustAnchor | null, env: Environment): ChainSource {
  const bundle = findBundle(join(dataDir, 'trust-bundle.json'));
  const online = chainsOnline(env);
  return async (entityId) => {
    const kept = bundle === null ? undefined : ownMember(bundle.chains, entityId);
    if (kept === undefined || anchor === null) return await online(entityId);
    const stands = await validateChain(kept, anchor, Math.floor(Date.now() / 1000)).catch(() => null);
    return stands === null ? await online(entityId).catch(() => kept) : kept;
  };
}

/** OpenID Federation 1.0 section 8.3. The response's own signature counts for nothing here: its chain is checked. */
function chainsOnline(env: Environment): ChainSource {
  return async (entityId) => {
    const gateway = new GatewayClient(gatewayUrl(env));
    const reply = await gateway.send(`/federation/resolve?sub=${encodeURIComponent(entityId)}`, {}).catch(() => null);
    if (reply?.status !== 200) throw new TrustError('fetch_failed', 'no chain for that entity could be fetched');
    return chainInResponse(reply.text.trim());
  };
}

/** Only from the gateway in use: following any address in a pass would fetch what a stranger chose. */
async function statusListOnline(uri: string, env: Environment): Promise<string | null> {
  const gateway = new GatewayClient(gatewayUrl(env));
  if (!uri.startsWith(`${gateway.url}/`)) return null;
  const reply = await gateway.send(uri.slice(gateway.url.length), {}).catch(() => null);
  return reply?.status === 200 ? reply.text.trim() : null;
}

/** Each is asked for once in a run: a coach of passes is one list and one chain. */
function remembering<T>(askFor: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (name) => {
    const known = asked.get(name);
    if (known !== undefined) return known;
    const answer = askFor(name);
    asked.set(name, answer);
    return answer;
  };
}

function readBundle(path: string): TrustBundle {
  const bundle = findBundle(path);
  if (bundle !== null) return bundle;
  throw CliError.of('file_unreadable', { zh: `没有文件 ${path}`, en: `there is no file ${path}` });
}

function findBundle(path: string): TrustBundle | null {
  const file = readBoundedFile(path, MAX_TRUST_BUNDLE_BYTES);
  if (file === 'missing') return null;
  if (file !== 'too_large') {
    const parsed = trustBundleSchema.safeParse(jsonOrUndefined(file.text));
    if (parsed.success) return parsed.data;
  }
  throw CliError.of('file_unreadable', {
    zh: `${path} 不是信任锚或信任包文件`,
    en: `${path} is no anchor or trust bundle file`,
  });
}
