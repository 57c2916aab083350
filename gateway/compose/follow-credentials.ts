import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { secondOf } from '../../schemas/clocks.ts';
import type { RegisteredAdapter, RegistryState } from '../registry/registry-state.ts';
import type { CredentialShelf } from '../trust/credential-shelf.ts';
import { TrustError } from '../trust/trust-error.ts';
import type { ProvinceAdapters } from '../upstream/province-adapters.ts';
import type { OnRefresh } from './refresh-watch.ts';

/** While they cannot be had: often enough that a node that started first has them soon after the other one. */
const RETRY_MS = 15_000;

interface Parts {
  readonly registry: { readonly current: () => RegistryState; readonly onChange: (listener: () => void) => () => void };
  readonly provinces: Pick<ProvinceAdapters, 'documents'>;
  readonly shelf: CredentialShelf;
  readonly onRefresh: OnRefresh;
  readonly log: Logger;
}

/**
 * Has the shelf follow the documents that the nation's certificates are decided with: as soon as an adapter of them is
 * registered, and as often as its manifest says. Returns what stops it.
 */
export function followCredentials({ registry, provinces, shelf, onRefresh, log }: Parts): () => void {
  let following: Found | null = null;
  let timer: NodeJS.Timeout | null = null;
  const look = async (found: Found) => {
    const { adapter, refreshMs } = found;
    const fault = await faultOf(provinces, adapter, shelf, log);
    // Another one may have been followed meanwhile, and then this one again, with looks of its own.
    if (following !== found) return;
    onRefresh('credential_documents', adapter.manifest.province, fault);
    timer = setTimeout(() => void look(found), fault === null ? refreshMs : RETRY_MS).unref();
  };
  const follow = () => {
    const found = certificatesIn(registry.current());
    if (found?.adapter.digest === following?.adapter.digest) return;
    following = found;
    if (timer !== null) clearTimeout(timer);
    if (found !== null) void look(found);
  };
  follow();
  const stop = registry.onChange(follow);
  return () => {
    stop();
    following = null;
    if (timer !== null) clearTimeout(timer);
  };
}

interface Found {
  readonly adapter: RegisteredAdapter;
  readonly refreshMs: number;
}

/** The adapter in use that decides by documents. */
function certificatesIn({ adapters }: RegistryState): Found | null {
  for (const adapter of adapters.values()) {
    const { driver } = adapter.manifest;
    if (driver.name === 'certificate') return { adapter, refreshMs: driver.refresh_s * 1000 };
  }
  return null;
}

/** Why they could not be had, or why nobody pinned has signed them; null: they are taken. What is in force stays until its time is over. */
async function faultOf(
  provinces: Parts['provinces'],
  adapter: RegisteredAdapter,
  shelf: CredentialShelf,
  log: Logger,
): Promise<string | null> {
  try {
    const documents = await provinces.documents(adapter);
    const isTaken = documents === null || (await shelf.take(documents));
    if (!isTaken) log.warn('the lists and rules of certificates are too long to be handed on');
    return null;
  } catch (error) {
    if (error instanceof UpstreamError || error instanceof TrustError) return error.code;
    throw error;
  }
}

/** How old what is in force is, and when it ends, on every scrape. */
export function registerCredentialMetrics(metrics: Registry, shelf: CredentialShelf, nowS: () => number): void {
  const labelNames = ['document', 'destination'] as const;
  const gauge = (
    name: string,
    aggregator: 'min' | 'max',
    help: string,
    secondsOf: (times: { readonly issuedS: number; readonly endsS: number }) => number,
  ) =>
    new Gauge({
      name,
      aggregator,
      help,
      labelNames,
      registers: [metrics],
      collect() {
        this.reset();
        for (const { document, destination, head } of shelf.inForce()) {
          const times = { issuedS: secondOf(head.issued_at), endsS: secondOf(head.next_update) };
          this.set({ document, destination: destination ?? '' }, secondsOf(times));
        }
      },
    });
  gauge(
    'huren_credential_document_age_seconds',
    'max',
    'Since a list or rules of certificates were issued',
    ({ issuedS }) => nowS() - issuedS,
  );
  gauge(
    'huren_credential_document_ends_seconds',
    'min',
    'Until a list or rules of certificates should have been replaced',
    ({ endsS }) => endsS - nowS(),
  );
}
