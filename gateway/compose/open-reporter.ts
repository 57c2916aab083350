import type { Router } from 'express';
import { CoverageReporter, type Reporting } from '../coverage/coverage-reporter.ts';
import { mountCoverageReports } from '../http/coverage-reports.ts';
import { authenticateMonitor } from '../issuing/asking-monitor.ts';
import { signCoverageReport } from '../trust/coverage-report.ts';
import type { Signer } from '../trust/signer.ts';
import type { ProvinceAdapters } from '../upstream/province-adapters.ts';
import type { NodeParts } from './node-parts.ts';

/** What reports the counts of one kind of entity of this node. */
interface Reporter {
  readonly mount: (router: Router) => void;
  readonly close: () => Promise<void>;
}

/** An entity that counts, and the keys it signs everything else with. */
interface Counting extends Pick<Reporting, 'entityId' | 'province'> {
  readonly ring: { readonly signer: Signer };
}

/** Reports nothing where the nation is played on this node: its monitor looks into the same store. */
export function openReporter(
  { trust, shared, nowMs }: NodeParts,
  kind: Reporting['kind'],
  counting: readonly Counting[],
  provinces: Pick<ProvinceAdapters, 'breakerStates'>,
): Reporter {
  const isPlayedHere = trust.trustMarks !== null;
  const reporter = new CoverageReporter({
    book: shared.coverage,
    store: shared.coverageStore,
    reporting: (isPlayedHere ? [] : counting).map(({ entityId, province, ring }) => ({
      entityId,
      kind,
      province,
      sign: (body) => signCoverageReport(body, ring.signer),
    })),
    openBreakers: () => [
      ...new Set(provinces.breakerStates().flatMap(({ province, state }) => (state === 'closed' ? [] : [province]))),
    ],
    nowMs,
  });
  const { resolver } = trust;
  return {
    mount: (router) =>
      mountCoverageReports(router, {
        reporter,
        entityIds: counting.map(({ entityId }) => entityId),
        authenticate: (authorization, entityId) => authenticateMonitor({ resolver, nowMs }, authorization, entityId),
      }),
    close: () => reporter.close(),
  };
}
