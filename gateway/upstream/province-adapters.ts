import { openAdapter } from '../../adapters/adapter.ts';
import type { DecidedCertificate, KeptDocument } from '../../adapters/drivers/driver.ts';
import type { RefreshFault } from '../../adapters/drivers/session.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CredentialDocuments } from '../../schemas/credential-documents.ts';
import type { Manifest, Way } from '../../schemas/manifest.ts';
import { ownMember } from '../../schemas/own-member.ts';
import type { RegisteredAdapter, RegistryState } from '../registry/registry-state.ts';
import { answeredByNobody } from './nobody.ts';
import { type BreakerState, type Guarded, guardAsk } from './province-breaker.ts';
import type { NodeAnswer, NodeWay, ProvinceAnswer, Question } from './question.ts';
import { randomHex } from './random-pool.ts';
import { heardBy, type UpstreamClient } from './upstream-client.ts';

const NONCE_BYTES = 16;

/** How a province is reached and with which secrets: the operator's side of an adapter. */
export interface ProvinceAccess {
  /** The wire to its system within the limits of a manifest; whoever opens it closes it. */
  readonly openClient: (limits: Manifest['upstream']) => UpstreamClient;
  /** As they are now. */
  readonly secrets: () => Readonly<Record<string, string>>;
  readonly kept?: KeptDocument;
}

/** A province's node, by whichever way it is reached, within the limits of a manifest that names it. */
export interface NodeAccess {
  readonly ask: (question: Question, withinMs: number) => Promise<NodeAnswer>;
  /** What its answers are decided with, where it shows that. Throws UpstreamError. */
  readonly documents?: () => Promise<CredentialDocuments>;
  readonly close: () => Promise<void>;
}
export type OpenNode = (manifest: Manifest, node: string, way: NodeWay) => NodeAccess;

export interface ProvinceParts {
  readonly accessOf: (manifest: Manifest) => ProvinceAccess;
  /** Null: systems are asked themselves, whatever way others go. So does the node that others ask. */
  readonly openNode: OpenNode | null;
  readonly nowMs: () => number;
  /** Hears of every change. */
  readonly onBreaker: (province: ProvinceCode, state: BreakerState) => void;
  /** Hears whether what an adapter holds (a token, lists) could be replaced in time, or why not. */
  readonly onRefresh: (province: ProvinceCode, fault: RefreshFault | null) => void;
  /** Hears what certificates come to, wherever they are decided here. */
  readonly onCertificate?: (province: ProvinceCode, decided: DecidedCertificate) => void;
}

/** One way to a province with its own pool and breaker. */
interface OpenWay extends Pick<OpenedWay, 'documents' | 'close'> {
  readonly guarded: Guarded<Question, ProvinceAnswer>;
}

interface OpenedWay {
  readonly ask: (question: Question, withinMs: number) => Promise<ProvinceAnswer>;
  /** Null: there are none to be had this way. */
  readonly documents: () => Promise<CredentialDocuments | null>;
  readonly close: () => Promise<void>;
}

/** One version of one province's adapter, with its ways in order. Closes when nobody needs it any more. */
interface OpenVersion {
  readonly province: ProvinceCode;
  readonly timeoutMs: number;
  readonly ways: readonly [OpenWay, ...OpenWay[]];
  underWay: number;
  retired: boolean;
}

/**
 * The provinces' adapters, each version with its own pools and breakers, so that one that hangs holds up no other. Follows
 * the registry; questions under way to a version that was replaced still get their answer.
 */
export class ProvinceAdapters {
  readonly #open = new Map<string, OpenVersion>();
  readonly #parts: ProvinceParts;

  constructor(parts: ProvinceParts) {
    this.#parts = parts;
  }

  /** Has what the registry has in use or on trial, and lets go of the rest. */
  follow({ adapters, trials }: Pick<RegistryState, 'adapters' | 'trials'>): void {
    const wanted = [...adapters.values(), ...[...trials.values()].map(({ adapter }) => adapter)];
    const digests = new Set(wanted.map(({ digest }) => digest));
    for (const adapter of wanted) this.#version(adapter);
    for (const [digest, version] of this.#open) {
      if (digests.has(digest)) continue;
      this.#open.delete(digest);
      version.retired = true;
      closeIfIdle(version);
    }
  }

  /** Asks one version about a token. Throws UpstreamError. */
  ask(adapter: RegisteredAdapter, question: Question): Promise<ProvinceAnswer> {
    // A scan that began before a change may still ask for the version of then.
    const version = this.#version(adapter);
    version.underWay += 1;
    const asked = askInOrder(version, question);
    const over = () => {
      version.underWay -= 1;
      closeIfIdle(version);
    };
    asked.then(over, over);
    return asked;
  }

  /** What one version's answers are decided with, signed; null where its system decides. Throws UpstreamError. */
  async documents(adapter: RegisteredAdapter): Promise<CredentialDocuments | null> {
    const [first] = this.#version(adapter).ways;
    return await first.documents();
  }

  /** Of the way that each version asks by first. */
  breakerStates(): { province: ProvinceCode; state: BreakerState }[] {
    return [...this.#open.values()].map(({ province, ways: [first] }) => {
      return { province, state: first.guarded.breakerState() };
    });
  }

  /** A province says that something changed there: what failed a moment ago is asked afresh. */
  forgetFailures(province: ProvinceCode): void {
    for (const version of this.#open.values()) {
      if (version.province === province) for (const { guarded } of version.ways) guarded.forgetFailures();
    }
  }

  async close(): Promise<void> {
    const ways = [...this.#open.values()].flatMap((version) => version.ways);
    await Promise.all(ways.map((way) => way.close()));
  }

  #version({ manifest, digest }: RegisteredAdapter): OpenVersion {
    const known = this.#open.get(digest);
    if (known !== undefined) return known;
    const opened = this.#openVersion(manifest);
    this.#open.set(digest, opened);
    return opened;
  }

  #openVersion(manifest: Manifest): OpenVersion {
    const { province, upstream, node, route = ['direct'] } = manifest;
    const { openNode } = this.#parts;
    const openWay = (way: Way): OpenWay => {
      const { ask, documents, close } = whenAsked(() =>
        way === 'direct' || node === undefined || openNode === null
          ? this.#openSystem(manifest)
          : openBy(way, openNode(manifest, node, way)),
      );
      const guarded = guardAsk(ask, (state) => this.#parts.onBreaker(province, state), upstream.timeout_ms);
      const closeWay = async () => {
        guarded.close();
        await close();
      };
      return { guarded, documents, close: closeWay };
    };
    const [first = 'direct', ...rest] = openNode === null ? [] : route;
    const ways = [openWay(first), ...rest.map(openWay)] as const;
    return { province, timeoutMs: upstream.timeout_ms, ways, underWay: 0, retired: false };
  }

  /** The province's own system, through its declared driver. */
  #openSystem(manifest: Manifest): OpenedWay {
    const { accessOf, onRefresh, onCertificate } = this.#parts;
    const access = accessOf(manifest);
    const client = access.openClient(manifest.upstream);
    const adapter = openAdapter({
      manifest,
      fetch: client.fetch,
      nowMs: this.#parts.nowMs,
      nonce: () => randomHex(NONCE_BYTES),
      secret: (name) => secretOf(access, name),
      ...(access.kept === undefined ? {} : { kept: access.kept }),
      onRefresh: (fault) => onRefresh(manifest.province, fault),
      onCertificate: (decided) => onCertificate?.(manifest.province, decided),
    });
    return {
      ask: ({ token, destination }) => heardBy(client, adapter.ask(token, destination ?? undefined)),
      documents: () => heardBy(client, adapter.documents()),
      close: () => client.close(),
    };
  }
}

/** Opens with the first question: most systems of a nation are never asked by most gateways. */
function whenAsked(open: () => OpenedWay): OpenedWay {
  let opened: OpenedWay | null = null;
  return {
    ask: (question, withinMs) => {
      opened ??= open();
      return opened.ask(question, withinMs);
    },
    documents: async () => {
      opened ??= open();
      return await opened.documents();
    },
    close: async () => await opened?.close(),
  };
}

/** What a node states carries by which way it came. */
function openBy(way: NodeWay, { ask, documents, close }: NodeAccess): OpenedWay {
  return {
    documents: async () => (await documents?.()) ?? null,
    ask: async (question, withinMs) => {
      const answer = await ask(question, withinMs);
      return answer.kind === 'stated' ? { ...answer, way } : answer;
    },
    close,
  };
}

/** With less than this left there is no use in beginning another way. */
const LEAST_MS = 50;

/**
 * One way after another until somebody answers, all within the manifest's one time-out. A node that hangs uses it up: its
 * breaker opens then, and the next questions go the other way at once.
 */
function askInOrder({ ways, timeoutMs }: OpenVersion, question: Question): Promise<ProvinceAnswer> {
  const [{ guarded }, ...rest] = ways;
  const first = guarded.ask(question, timeoutMs);
  return rest.length === 0 ? first : orOthers(first, rest, timeoutMs, question);
}

async function orOthers(
  first: Promise<ProvinceAnswer>,
  rest: readonly OpenWay[],
  timeoutMs: number,
  question: Question,
): Promise<ProvinceAnswer> {
  const started = performance.now();
  let last = first;
  for (const { guarded } of rest) {
    try {
      return await last;
    } catch (error) {
      const leftMs = timeoutMs - (performance.now() - started);
      if (!answeredByNobody(error) || leftMs < LEAST_MS) throw error;
      last = guarded.ask(question, leftMs);
    }
  }
  return await last;
}

function closeIfIdle({ retired, underWay, ways }: OpenVersion): void {
  if (!retired || underWay > 0) return;
  for (const { close } of ways) void close();
}

function secretOf(access: ProvinceAccess, name: string): string {
  const secret = ownMember(access.secrets(), name);
  if (secret === undefined) throw new UpstreamError('credentials', `the operator has not provided the secret ${name}`);
  return secret;
}
