import { UpstreamError } from '../../../adapters/upstream-error.ts';
import type { CredentialDocuments } from '../../../schemas/credential-documents.ts';
import { answersByDestination } from '../../../schemas/driver-config.ts';
import type { ReadinessReason } from '../../../schemas/readiness.ts';
import { EVERY_ROLE } from '../../../schemas/settings/roles.ts';
import { countryOf } from '../../coverage/certificate-countries.ts';
import { mountCredentialDocuments } from '../../http/credential-documents.ts';
import { pathOf } from '../../http/route.ts';
import { mountStatements } from '../../http/statements.ts';
import type { Issuer, IssuingContext } from '../../issuing/answer-question.ts';
import { AskingGateways } from '../../issuing/asking-gateways.ts';
import { ProblemError } from '../../problem-error.ts';
import { isPublishedInLog } from '../../registry/fold-published-keys.ts';
import type { RegistryState } from '../../registry/registry-state.ts';
import { prepareSm2, verifySm2 } from '../../trust/sm2.ts';
import { TurnSigner } from '../../trust/turn-signer.ts';
import { AnswerTimes } from '../../upstream/answer-times.ts';
import { ProvinceAdapters } from '../../upstream/province-adapters.ts';
import { ShadowAsks } from '../../upstream/shadow-asks.ts';
import { sharedAsk } from '../../upstream/shared-ask.ts';
import { countCertificates } from '../count-certificates.ts';
import type { IssuerIdentity } from '../hosting.ts';
import type { NodeParts, Role } from '../node-parts.ts';
import { openReporter } from '../open-reporter.ts';
import { prepareStatementKeys } from '../prepare-keys.ts';
import { openRelay } from './relay.ts';

/** Where other provinces' gateways ask about this province's codes; it alone holds the secrets of its own system. */
export interface IssuerRole extends Role {
  readonly provinces: ProvinceAdapters;
}

/** Opens the systems of the provinces that this node issues for, and what answers in their name. */
export function openIssuer(parts: NodeParts): IssuerRole {
  const { config, trust, shared, metrics, nowMs } = parts;
  const provinces = openSystems(parts);
  const issuing = openIssuing(parts, provinces);
  const issuers = new Map([...trust.issuers.values()].map((one) => [one.entityId, asIssuer(one, parts)]));
  const { resolver } = trust;
  const askers = resolver === null ? null : new AskingGateways({ resolver, issuerOf: (id) => issuers.get(id), nowMs });
  const relay = openRelay(parts);
  const counting = [...trust.issuers.values()].map(({ statementKeys: ring, ...one }) => ({ ...one, ring }));
  const reporter = openReporter(parts, 'issuer', counting, provinces);
  const when = (isSo: boolean, reason: ReadinessReason) => (isSo ? [reason] : []);
  const isNamed = config.roles.size < EVERY_ROLE.length;
  // A destination on the same node says it already.
  const tellsClock = !config.roles.has('destination');
  return {
    name: 'issuer',
    provinces,
    mount: (router, hot) => {
      if (issuers.size === 0) return;
      mountStatements(hot, {
        issuing,
        issuers: [...issuers.values()],
        askers,
        statements: metrics.statements,
        coverage: shared.coverage.counter,
        log: parts.log,
        shared,
      });
      mountCredentialDocuments(router, {
        paths: [...new Set(['', ...[...issuers.keys()].map(pathOf)])],
        documents: () => documentsHere(parts, provinces),
      });
      relay?.mount(router);
      reporter.mount(router);
    },
    notReady: () => [
      ...when(isNamed && issuers.size === 0, 'no_issuer'),
      ...when(tellsClock && shared.clock.isOff(), 'clock_off'),
    ],
    degraded: () =>
      provinces
        .breakerStates()
        .flatMap(({ province, state }) => (state === 'closed' ? [] : [{ province, breaker: state }])),
    close: async () => {
      relay?.close();
      await reporter.close();
      await provinces.close();
    },
  };
}

/** What a province that this node issues for decides its answers with; null where none does. Throws ProblemError. */
async function documentsHere(
  { registry: { registry }, trust }: NodeParts,
  provinces: ProvinceAdapters,
): Promise<CredentialDocuments | null> {
  const own = [...registry.current().adapters.values()].find(
    ({ manifest }) => trust.issuers.has(manifest.province) && answersByDestination(manifest.driver),
  );
  return own === undefined ? null : await provinces.documents(own).catch(asUnavailable);
}

function asUnavailable(error: unknown): never {
  if (!(error instanceof UpstreamError)) throw error;
  throw new ProblemError('unavailable', 'the lists and rules cannot be had just now', { 'retry-after': '15' });
}

/**
 * Signs not with a clock that is off, since what it dated would be believed, and not with a key that the log does not have
 * yet, such as one that took a revoked one's place, since nobody would believe it.
 */
function asIssuer(
  { entityId, province, statementKeys }: IssuerIdentity,
  { shared, registry: { registry } }: NodeParts,
): Issuer {
  const turns = new TurnSigner(() => {
    if (shared.clock.isOff()) {
      throw new ProblemError('unavailable', 'the clock of this node is off', { 'retry-after': '30' });
    }
    const { signer } = statementKeys;
    if (isPublishedInLog(registry.folded(), entityId, signer.kid)) return signer;
    throw new ProblemError('unavailable', 'the log does not have the key that would sign', { 'retry-after': '2' });
  });
  return { entityId, province, signFor: (forms) => turns.signFor(forms) };
}

/** The systems of the provinces that this node issues for, each asked itself whatever way others go. */
function openSystems({
  registry: { registry },
  trust,
  shared,
  upstreams,
  onRefresh,
  metrics,
  log,
  nowMs,
}: NodeParts): ProvinceAdapters {
  const count = countCertificates(metrics.certificates);
  const provinces = new ProvinceAdapters({
    accessOf: upstreams.accessOf,
    openNode: null,
    nowMs,
    onBreaker: (province, state) => {
      metrics.breakerChanges.inc({ province, state });
      log.warn({ province, state }, 'breaker of our own system');
    },
    onRefresh: (province, fault) => onRefresh('adapter', province, fault),
    onCertificate: (issuer, decided) => {
      count(issuer, decided);
      const { destination, result } = decided;
      const country = countryOf(decided.issuer);
      shared.coverage.counter.certify({ issuer, destination, country, result, atMs: nowMs() });
    },
  });
  const own = ({ adapters, trials }: RegistryState) => ({
    adapters: new Map([...adapters].filter(([, { manifest }]) => trust.issuers.has(manifest.province))),
    trials: new Map([...trials].filter(([, { adapter }]) => trust.issuers.has(adapter.manifest.province))),
  });
  provinces.follow(own(registry.current()));
  registry.onChange(() => provinces.follow(own(registry.current())));
  prepareStatementKeys({ registry, isMet: (province) => trust.issuers.has(province), prepare: prepareSm2 });
  shared.onInvalidated(({ invalidation: { kind, province } }) => {
    if (kind !== 'handle') provinces.forgetFailures(province);
  });
  return provinces;
}

function openIssuing(
  { registry: { registry }, trust, shared, metrics, nowMs }: NodeParts,
  provinces: ProvinceAdapters,
): IssuingContext {
  const shadow = new ShadowAsks(
    (adapter, question) => provinces.ask(adapter, question),
    metrics.shadowComparisons,
    nowMs,
  );
  return {
    registry: () => registry.current(),
    ask: sharedAsk(async (adapter, question) => {
      const answer = await provinces.ask(adapter, question);
      shadow.compare(registry.current(), adapter, question, answer);
      return answer;
    }),
    answerTimes: new AnswerTimes(),
    provinceLimit: shared.systemLimit,
    issuerKeys: (province, reread) => trust.provinces.issuerKeys(province, reread),
    nodeKeys: (node, province, reread) => trust.provinces.nodeKeys(node, province, reread),
    sm2Verify: verifySm2,
    nowMs,
    metrics,
  };
}
