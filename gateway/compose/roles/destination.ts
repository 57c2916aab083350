import { adapterIdOf } from '../../../schemas/adapter-id.ts';
import { NATIONAL_PLATFORM, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { ReadinessReason } from '../../../schemas/readiness.ts';
import { Introspection } from '../../access/introspection.ts';
import { Possession, PROOF_REMEMBERED_MS } from '../../access/possession.ts';
import { ProofNonces } from '../../access/proof-nonces.ts';
import { CookieSeal } from '../../access/sealed-cookie.ts';
import { STAFF_SESSION_LIFETIME_MS, StaffLogin } from '../../access/staff-login.ts';
import { VenueTokens } from '../../access/venue-tokens.ts';
import { mountAttestationKeys } from '../../http/attestation-keys.ts';
import { mountAudits } from '../../http/audit.ts';
import { mountEvents } from '../../http/events.ts';
import { mountPasses } from '../../http/passes.ts';
import { mountProtectedResource, type ProtectedResource, resourceMetadataUrl } from '../../http/protected-resource.ts';
import { mountStaff } from '../../http/staff.ts';
import { mountTrustBundle } from '../../http/trust-bundle.ts';
import { mountVerifications } from '../../http/verifications.ts';
import { mandateCoverage } from '../../policy/mandates.ts';
import { ProblemError } from '../../problem-error.ts';
import { type AdmittedServers, admittedServers } from '../../registry/admitted-servers.ts';
import { issuerFor } from '../../registry/fold-subordinates.ts';
import type { RegisteredAdapter, RegistryState } from '../../registry/registry-state.ts';
import { prepareSm2, verifySm2 } from '../../trust/sm2.ts';
import { TurnSigner } from '../../trust/turn-signer.ts';
import { AnswerTimes } from '../../upstream/answer-times.ts';
import { MAX_NODE_REPLY_BYTES, type NodeKeys, openNodeClient } from '../../upstream/node-client.ts';
import { fetchCredentialDocuments } from '../../upstream/node-documents.ts';
import { NodeTokens } from '../../upstream/node-tokens.ts';
import { type OpenNode, ProvinceAdapters } from '../../upstream/province-adapters.ts';
import { randomBase64url } from '../../upstream/random-pool.ts';
import { openRelayedClient } from '../../upstream/relayed-client.ts';
import { ShadowAsks } from '../../upstream/shadow-asks.ts';
import { SingleFlight } from '../../upstream/single-flight.ts';
import { type TracedRequest, tracedClient } from '../../upstream/traced-client.ts';
import type { AnsweringGateway, VerificationContext } from '../../verification/verification-context.ts';
import { countCertificates } from '../count-certificates.ts';
import { followCredentials } from '../follow-credentials.ts';
import { forgetRevoked } from '../forget-revoked.ts';
import type { GatewayIdentity } from '../hosting.ts';
import type { NodeParts, Role } from '../node-parts.ts';
import { openReporter } from '../open-reporter.ts';
import type { PassDesk } from '../pass-desk.ts';
import { prepareStatementKeys } from '../prepare-keys.ts';

/** The outcome of a question that need not be told of. */
const ANSWERED = '200';

/** Where venues are answered: by their own province's gateway, about codes of every province. */
export interface DestinationRole extends Role {
  readonly verification: VerificationContext;
  readonly provinces: ProvinceAdapters;
}

/** Opens the provinces' adapters, venues' access and the verification itself. */
export function openDestination(parts: NodeParts, passes: PassDesk): DestinationRole {
  const { nodeUrl, trust, shared, registry, nowMs } = parts;
  const provinces = openProvinces(parts);
  const gateways = answeringGateways(parts);
  const verification = openVerification(parts, provinces, gateways);
  const servers = admittedServers(() => registry.registry.folded());
  const tokens = openVenueTokens(parts, servers);
  const counting = [...trust.gateways.values()].map(({ attestationKeys: ring, ...one }) => ({ ...one, ring }));
  const reporter = openReporter(parts, 'gateway', counting, provinces);
  const staff = openStaff(parts, tokens);
  const forgetProvince = (province: ProvinceCode) => shared.open.cache.forgetProvince(province, 'province');
  const stop = forgetRevoked({ registry: registry.registry, forgetProvince });
  const { credentials: shelf, onRefresh, log } = parts;
  const stopFollowing = followCredentials({ registry: registry.registry, provinces, shelf, onRefresh, log });
  return {
    name: 'destination',
    verification,
    provinces,
    mount: (router, hot) => {
      mountVerifications(hot, { verification, tokens, staff, shared });
      mountStaff(router, staff, nodeUrl);
      mountPasses(router, { verification, tokens, staff, shared, passes });
      const auditing = { ...shared, bodies: shared.strangersBodies };
      mountAudits(router, { audience: nodeUrl, verification, chainOf: trust.chainOf, shared: auditing });
      mountEvents(router, {
        entityId: nodeUrl,
        registry: () => registry.registry.current(),
        sm2Verify: verifySm2,
        nowMs,
        provinces: trust.provinces,
        passes,
        ...shared,
        bodies: shared.strangersBodies,
      });
      reporter.mount(router);
      mountProtectedResource(router, resourcesOf(parts, servers));
      mountTrustBundle(router, {
        gatewayOf: verification.gatewayOf,
        anyGateway: verification.anyGateway,
        trustBundle: trust.trustBundle,
        nowMs,
      });
      mountAttestationKeys(router, () =>
        [...trust.gateways.values()].flatMap(({ attestationKeys }) => attestationKeys.publicKeys),
      );
    },
    notReady: () => {
      const mandates = mandateCoverage(registry.registry.current().mandates, nowMs());
      const when = (isSo: boolean, reason: ReadinessReason) => (isSo ? [reason] : []);
      return [
        ...when(gateways.size === 0, 'no_gateway'),
        ...when(![...gateways.keys()].some((province) => servers.of(province).length > 0), 'no_authorization_server'),
        ...(mandates.state === 'active' ? [] : [`mandate_${mandates.state}` as const]),
        ...when(registry.registry.current().adapters.size === 0, 'no_adapter'),
        ...when(shared.clock.isOff(), 'clock_off'),
      ];
    },
    degraded: () =>
      provinces
        .breakerStates()
        .flatMap(({ province, state }) => (state === 'closed' ? [] : [{ province, breaker: state }])),
    close: async () => {
      stop();
      stopFollowing();
      await reporter.close();
      await provinces.close();
    },
  };
}

/** Venues' access: a token is for this node, or for the gateway of the venue's own province here. */
function openVenueTokens(
  { config, nodeUrl, trust, shared, documents, metrics, log, nowMs }: NodeParts,
  servers: AdmittedServers,
) {
  const possession = new Possession({
    nonces: new ProofNonces(config.cacheSecret, nowMs),
    seen: shared.seenOnce('dpop', PROOF_REMEMBERED_MS),
    names: [...new Set([nodeUrl, new URL(nodeUrl).origin])],
    nowMs,
  });
  const introspection = new Introspection({
    post: documents.post,
    gatewayOf: (province) => {
      const gateway = trust.gateways.get(province);
      return gateway === undefined ? null : { entityId: gateway.entityId, signer: gateway.attestationKeys.signer };
    },
    nowMs,
  });
  return new VenueTokens({
    resolver: trust.resolver,
    provinceOf: servers.provinceOf,
    audiencesOf: (province) => {
      const gateway = trust.gateways.get(province);
      return gateway === undefined ? null : [nodeUrl, gateway.entityId];
    },
    resourceMetadata: resourceMetadataUrl(nodeUrl),
    possession,
    introspection,
    onOutcome: (outcome) => metrics.venueTokens.inc({ outcome }),
    log,
    nowMs,
  });
}

/** The sign-in of venues' staff, where an authorization server is set for them. */
function openStaff({ config, nodeUrl, shared, documents, nowMs }: NodeParts, tokens: VenueTokens): StaffLogin | null {
  const { staffProvider: provider } = config;
  if (provider === null) return null;
  const ended = shared.seenOnce('staff', STAFF_SESSION_LIFETIME_MS);
  const seal = new CookieSeal(config.cacheSecret);
  return new StaffLogin({ provider, nodeUrl, fetch: documents.fetch, seal, ended, tokens, nowMs });
}

/** This node, whose venues are those of every gateway here, and each gateway by itself. */
function resourcesOf({ nodeUrl, trust }: NodeParts, servers: AdmittedServers): ProtectedResource[] {
  const gateways = [...trust.gateways.values()];
  const everyServer = () => gateways.flatMap(({ province }) => servers.of(province));
  return [
    { resource: nodeUrl, servers: everyServer },
    ...gateways.map(({ entityId, province }) => ({ resource: entityId, servers: () => servers.of(province) })),
  ];
}

/** The provinces' adapters as the registry has them, now and after every change. */
function openProvinces(parts: NodeParts): ProvinceAdapters {
  const {
    registry: { registry },
    shared,
    upstreams,
    onRefresh,
    metrics,
    log,
    nowMs,
  } = parts;
  const provinces = new ProvinceAdapters({
    accessOf: upstreams.accessOf,
    openNode: openNodes(parts),
    nowMs,
    onBreaker: (province, state) => {
      metrics.breakerChanges.inc({ province, state });
      log.warn({ province, state }, 'breaker');
    },
    onRefresh: (province, fault) => onRefresh('adapter', province, fault),
    onCertificate: countCertificates(metrics.certificates),
  });
  provinces.follow(registry.current());
  registry.onChange(() => provinces.follow(registry.current()));
  prepareStatementKeys({ registry, isMet: () => true, prepare: prepareSm2 });
  shared.onInvalidated(({ invalidation: { kind, province } }) => {
    if (kind !== 'handle') provinces.forgetFailures(province);
  });
  return provinces;
}

/** Other provinces' nodes, asked in the name of whichever gateway here is asked. */
function openNodes({ registry: { registry }, trust, upstreams, log, nowMs }: NodeParts): OpenNode {
  const tokens = new NodeTokens(nowMs);
  const keys: NodeKeys = async (node, province, reread) => trust.provinces.nodeKeys(node, province, reread);
  const relayOf = () => issuerFor(registry.folded(), NATIONAL_PLATFORM);
  return ({ province, upstream }, node, way) => {
    const limits = { ...upstream, max_reply_bytes: MAX_NODE_REPLY_BYTES };
    // The line by which an operator finds the same question in the log of the node that was asked.
    const onSent = (sent: TracedRequest) =>
      log[sent.outcome === ANSWERED ? 'debug' : 'info']({ province, way, ...sent }, 'question');
    const attributes = { 'huren.province': province, 'huren.way': way };
    const openClient = (at: string) => tracedClient(upstreams.openNode(limits, at), { onSent, attributes });
    const parts = { node, province, tokens, keys, nowMs };
    if (way === 'national') return openRelayedClient({ ...parts, relayOf, openClient });
    const client = openClient(node);
    const ask = openNodeClient({ ...parts, client, timeoutMs: upstream.timeout_ms });
    const documents = () => fetchCredentialDocuments(upstreams.openNode(upstream, node));
    return { ask, documents, close: () => client.close() };
  };
}

/** Each gateway as it signs: not with a clock that is off, since what it dated would be believed. */
function answeringGateways({ trust, shared }: NodeParts): ReadonlyMap<ProvinceCode, AnsweringGateway> {
  const asAnswering = ({ entityId, attestationKeys }: GatewayIdentity): AnsweringGateway => {
    const signer = () => {
      if (!shared.clock.isOff()) return attestationKeys.signer;
      throw new ProblemError('unavailable', 'the clock of this gateway is off', { 'retry-after': '30' });
    };
    return { entityId, signer, signFor: new TurnSigner(signer).signFor };
  };
  return new Map([...trust.gateways].map(([province, gateway]) => [province, asAnswering(gateway)]));
}

function openVerification(
  { trust, shared, metrics, signals, registry: { registry }, nowMs }: NodeParts,
  provinces: ProvinceAdapters,
  gateways: ReadonlyMap<ProvinceCode, AnsweringGateway>,
): VerificationContext {
  const shadow = new ShadowAsks(
    (adapter, question) => provinces.ask(adapter, question),
    metrics.shadowComparisons,
    nowMs,
  );
  return {
    gatewayOf: (destination) => gateways.get(destination) ?? null,
    anyGateway: () => gateways.values().next().value ?? null,
    registry: () => registry.current(),
    ask: (adapter, question) => {
      const asked = provinces.ask(adapter, question);
      if (registry.current().trials.size === 0) return asked;
      return asked.then((answer) => {
        const state = registry.current();
        if (asksSystems(state, adapter)) shadow.compare(state, adapter, question, answer);
        return answer;
      });
    },
    cache: shared.open.cache,
    flights: new SingleFlight(),
    answerTimes: new AnswerTimes(),
    provinceLimit: shared.provinceLimit,
    load: shared.load,
    issuerKeys: (province, reread) => trust.provinces.issuerKeys(province, reread),
    nodeKeys: (node, province, reread) => trust.provinces.nodeKeys(node, province, reread),
    agencies: (province) => trust.provinces.agencies(province),
    sm2Verify: verifySm2,
    nowMs,
    newId: () => randomBase64url(16),
    metrics,
    coverage: shared.coverage.counter,
    signals,
    unknownCodes: shared.unknownCodes,
  };
}

/** Where a province's node is asked, the versions are compared there: it has the records, we have one signed statement. */
function asksSystems({ trials }: RegistryState, { manifest }: RegisteredAdapter): boolean {
  return manifest.node === undefined && trials.get(adapterIdOf(manifest))?.adapter.manifest.node === undefined;
}
