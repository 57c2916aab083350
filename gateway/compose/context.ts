import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { OperatorLogin, SESSION_LIFETIME_MS } from '../access/operator-login.ts';
import { CookieSeal } from '../access/sealed-cookie.ts';
import { VenueTokens } from '../access/venue-tokens.ts';
import { createMetrics, type Metrics } from '../coverage/metrics.ts';
import { openSignals } from '../coverage/signals.ts';
import { ProblemError } from '../problem-error.ts';
import { registeredProvinces } from '../registry/province-directory.ts';
import type { SandboxChild } from '../sandbox/child.ts';
import { openSandboxMode, type SandboxMode } from '../sandbox/mode.ts';
import { openRemoteStatements } from '../trust/remote-statements.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { AnswerTimes } from '../upstream/answer-times.ts';
import { type GuardedFetch, openGuardedFetch } from '../upstream/guarded-fetch.ts';
import { openLiveCheck } from '../upstream/live-check.ts';
import { ProvinceAdapters } from '../upstream/province-adapters.ts';
import { ShadowAsks } from '../upstream/shadow-asks.ts';
import { SingleFlight } from '../upstream/single-flight.ts';
import type { Network } from '../upstream/ssrf-guard.ts';
import type { VerificationContext } from '../verification/verification-context.ts';
import type { Config } from './config.ts';
import { followConformance } from './follow-conformance.ts';
import { followLoggedKeys } from './follow-logged-keys.ts';
import { openLogger } from './open-logger.ts';
import { type OpenRegistry, openRegistry, openRegistryDoor, type RegistryDoor } from './open-registry.ts';
import { openShared, type Shared } from './open-shared.ts';
import { openStores, type Stores } from './open-stores.ts';
import { openTrust, type Trust } from './open-trust.ts';
import { openUpstreams, type Upstreams } from './open-upstreams.ts';
import { readAnchor } from './read-anchor.ts';

/** Everything that a running gateway is made of. Composed here and nowhere else. */
export interface GatewayContext {
  readonly entityId: string;
  readonly log: Logger;
  readonly verification: VerificationContext;
  readonly tokens: VenueTokens | null;
  readonly trust: Trust;
  readonly registry: RegistryDoor;
  readonly provinces: ProvinceAdapters;
  readonly shared: Shared;
  readonly sandbox: SandboxChild | null;
  readonly suppressedBelow: number;
  /** Null: no provider is set for operators. */
  readonly operators: OperatorLogin | null;
  readonly close: () => Promise<void>;
}

/** How a gateway is to run. `provinces`: simulated ones that another process of the same gateway has started. */
export interface Mode {
  readonly sandbox: boolean;
  readonly provinces?: SandboxChild;
  /** One of several processes behind one address. */
  readonly joins?: boolean;
  /** Where others' federation endpoints may be, unless it follows from `sandbox`. */
  readonly network?: Network;
}

/** Composes a gateway. `entityId` is where its own federation statements can be fetched. */
export async function createContext(config: Config, entityId: string, mode: Mode): Promise<GatewayContext> {
  const sandboxMode = mode.sandbox;
  const log = openLogger(config);
  const stores = openStores(config, log);
  const { database } = stores;
  const sandbox = sandboxMode ? await openSandboxMode(config, database, entityId, log, mode.provinces ?? null) : null;
  const anchor = readAnchor(config.anchorFile)?.registry ?? null;
  const opened = sandbox?.opened ?? (await openRegistry(config, database, entityId, anchor, log));
  const documents = openGuardedFetch(mode.network ?? (sandboxMode ? 'loopback' : 'public'));
  const trust = await openGatewayTrust(config, entityId, { sandbox, opened, documents, stores }, log);
  const metrics = createMetrics();
  const upstreams = openUpstreams(config, sandbox?.child ?? null, log);
  const provinces = openProvinces(opened, upstreams, metrics, log);
  const shared = openShared({ config, stores, metrics, log, nowMs: Date.now, onInvalidated: trust.forgetKey });
  const { registry } = opened;
  const forgetProvince = (province: ProvinceCode) => shared.open.cache.forgetProvince(province, 'province');
  const following = [followLoggedKeys({ registry, trust, forgetProvince }), followConformance({ registry, trust })];
  const server = sandbox?.child.ready.provider ?? config.authorizationServer;
  return {
    entityId,
    log,
    verification: openVerification(entityId, log, { opened, trust, provinces, shared, metrics }),
    tokens: server === null ? null : new VenueTokens(server, entityId, Date.now),
    trust,
    registry: await openRegistryDoor(opened, {
      config,
      entityId,
      production: !sandboxMode,
      live: openLiveCheck({ ...upstreams, nowMs: Date.now }),
      metrics,
    }),
    provinces,
    shared,
    sandbox: sandbox?.child ?? null,
    suppressedBelow: sandboxMode ? 1 : 10,
    operators: openOperatorLogin(config, entityId, sandbox, shared),
    close: async () => {
      for (const stop of following) stop();
      trust.close();
      await Promise.all([
        documents.close(),
        provinces.close(),
        sandbox?.child.stop(),
        opened.registry.close(),
        shared.close(),
      ]);
      await stores.close();
    },
  };
}

function openOperatorLogin(
  config: Config,
  gatewayId: string,
  sandbox: SandboxMode | null,
  shared: Shared,
): OperatorLogin | null {
  const played = sandbox?.child.ready.provider;
  const provider =
    played === undefined
      ? config.operatorProvider
      : {
          issuer: played.issuer,
          clientId: played.operatorClient.client_id,
          clientSecret: played.operatorClient.client_secret,
        };
  if (provider === null) return null;
  const seal = new CookieSeal(config.cacheSecret);
  const ended = shared.seenOnce('session', SESSION_LIFETIME_MS);
  return new OperatorLogin({ provider, gatewayId, seal, ended, nowMs: Date.now });
}

interface TrustParts {
  readonly sandbox: SandboxMode | null;
  readonly opened: OpenRegistry;
  readonly documents: GuardedFetch;
  readonly stores: Stores;
}

async function openGatewayTrust(config: Config, entityId: string, parts: TrustParts, log: Logger): Promise<Trust> {
  const { sandbox, opened, documents, stores } = parts;
  return await openTrust({
    config,
    entityId,
    passStore: stores.passes,
    sandbox: sandbox === null ? null : { ...sandbox, ready: sandbox.child.ready },
    registered: registeredProvinces(() => opened.registry.folded()),
    remote: openRemoteStatements(documents.get),
    nowS: () => Math.floor(Date.now() / 1000),
    onKeyFault: (error) => log.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'keys unusable'),
  });
}

/** The provinces' adapters as the registry has them, now and after every change. */
function openProvinces(
  { registry }: OpenRegistry,
  { accessOf }: Upstreams,
  metrics: Metrics,
  log: Logger,
): ProvinceAdapters {
  const provinces = new ProvinceAdapters(accessOf, Date.now, (province, state) => {
    metrics.breakerChanges.inc({ province, state });
    log.warn({ province, state }, 'breaker');
  });
  provinces.follow(registry.current());
  registry.onChange(() => provinces.follow(registry.current()));
  return provinces;
}

interface VerificationParts {
  readonly opened: OpenRegistry;
  readonly trust: Trust;
  readonly provinces: ProvinceAdapters;
  readonly shared: Shared;
  readonly metrics: Metrics;
}

function openVerification(entityId: string, log: Logger, parts: VerificationParts): VerificationContext {
  const { opened, trust, provinces, shared, metrics } = parts;
  const { registry } = opened;
  const shadow = new ShadowAsks((adapter, token) => provinces.ask(adapter, token), metrics.registry, Date.now);
  return {
    entityId,
    registry: () => registry.current(),
    ask: async (adapter, token) => {
      const answer = await provinces.ask(adapter, token);
      shadow.compare(registry.current(), adapter, token, answer);
      return answer;
    },
    cache: shared.open.cache,
    flights: new SingleFlight(),
    answerTimes: new AnswerTimes(),
    provinceLimit: shared.provinceLimit,
    load: shared.load,
    issuerKeys: (province, reread) => trust.provinces.issuerKeys(province, reread),
    agencies: (province) => trust.provinces.agencies(province),
    sm2Verify: verifySm2,
    attestationSigner: () => {
      if (!shared.clock.isOff()) return trust.attestationKeys.signer;
      throw new ProblemError('unavailable', 'the clock of this gateway is off', { 'retry-after': '30' });
    },
    nowMs: Date.now,
    newId: randomUUID,
    metrics,
    coverage: shared.coverage.counter,
    signals: openSignals(metrics, log, Date.now),
  };
}
