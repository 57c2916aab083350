import type { NodeFault } from '../../schemas/coverage.ts';
import {
  type CoverageReports,
  coverageReportsSchema,
  MAX_COVERAGE_REPORT_LENGTH,
  MOST_REPORTS_A_REPLY,
} from '../../schemas/coverage-report.ts';
import type { KnownReport } from '../coverage/coverage-store.ts';
import { type ReportingNode, reportingNodes } from '../coverage/node-reports.ts';
import { ReportFault, ReportFollower } from '../coverage/report-follower.ts';
import { countLeftOut, countReports } from '../coverage/report-metrics.ts';
import { verifyCoverageReport } from '../trust/coverage-report.ts';
import type { EntityResolver } from '../trust/entity-resolver.ts';
import type { JwkSet } from '../trust/public-key.ts';
import {
  RECOGNITION_GATEWAY,
  recognitionGatewayMetadataSchema,
  STATUS_ISSUER,
  statusIssuerMetadataSchema,
} from '../trust/trust-bundle.ts';
import { TrustError } from '../trust/trust-error.ts';
import { NodeTokens } from '../upstream/node-tokens.ts';
import type { NodeParts } from './node-parts.ts';

const WITHIN_MS = 4_000;
const MAX_REPLY_BYTES = MOST_REPORTS_A_REPLY * MAX_COVERAGE_REPORT_LENGTH;

/**
 * Reads the reports of every admitted gateway and issuer that is hosted elsewhere. Null where this node is no monitor that
 * its anchor admitted: nobody would show it any.
 */
export function followReports(parts: NodeParts): ReportFollower | null {
  const { trust, registry, shared, documents, metrics, log, nowMs } = parts;
  const { monitor, resolver } = trust;
  if (monitor === null || resolver === null) return null;
  const asker = { entityId: monitor.entityId, signer: () => monitor.attestationKeys.signer };
  const tokens = new NodeTokens(nowMs);
  const told = countReports(metrics.registry);
  const toldLeftOut = countLeftOut(metrics.registry);
  const fetch = async ({ node }: ReportingNode, { epoch, number }: KnownReport): Promise<CoverageReports> => {
    const query = new URLSearchParams({ after: String(number), ...(epoch === null ? {} : { epoch }) });
    const bounds = { timeoutMs: WITHIN_MS, maxBytes: MAX_REPLY_BYTES };
    const reply = await tokens.present(asker, node, (token) =>
      documents
        .get(`${node}/v1/coverage/reports?${query}`, bounds, { authorization: `Bearer ${token}` })
        .catch((error: unknown) => {
          throw new ReportFault('unreachable', error);
        }),
    );
    if (reply.status !== 200) throw new ReportFault('unreachable', reply.status);
    return readReports(reply.bytes);
  };
  return new ReportFollower({
    nodes: () => reportingNodes(registry.registry.folded(), trust.hosted),
    fetch,
    open: (token, node) => verifyWithChain(resolver, token, node, Math.floor(nowMs() / 1000)),
    store: shared.coverageStore,
    onOutcome: ({ node }, outcome) => {
      told(outcome);
      if (outcome !== 'next' && outcome !== 'known') log.warn({ node, outcome }, 'coverage report');
    },
    onLeftOut: ({ node }, counters) => {
      toldLeftOut(node, counters);
      log.warn({ node, counters }, 'counters of a report were left out');
    },
    nowMs,
  });
}

function readReports(bytes: Uint8Array): CoverageReports {
  try {
    return coverageReportsSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw new ReportFault('invalid', error);
  }
}

/** With the keys that the node's chain has, read once more where it may have rotated them since. */
async function verifyWithChain(resolver: EntityResolver, token: string, node: ReportingNode, atS: number) {
  const open = async () => verifyCoverageReport(token, node, await keysOf(resolver, node), atS);
  try {
    return await open().catch(async (error: unknown) => {
      if (!(error instanceof TrustError) || error.code !== 'key_unknown') throw error;
      await resolver.reread(node.node);
      return await open();
    });
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new ReportFault(faultOf(error), error);
  }
}

async function keysOf(resolver: EntityResolver, { node, role, province }: ReportingNode): Promise<JwkSet> {
  const { metadata } = await resolver.resolve(node);
  const parsed =
    role === 'gateway'
      ? recognitionGatewayMetadataSchema.safeParse(metadata[RECOGNITION_GATEWAY])
      : statusIssuerMetadataSchema.safeParse(metadata[STATUS_ISSUER]);
  if (!parsed.success || parsed.data.province !== province) {
    throw new TrustError('invalid_metadata', 'the node is not what the log says of it');
  }
  return parsed.data.jwks;
}

function faultOf({ code }: TrustError): NodeFault {
  if (code === 'not_yet_valid') return 'clock_off';
  if (code === 'expired') return 'stale';
  if (code === 'claims_invalid') return 'invalid';
  if (code === 'destination_mismatch') return 'foreign';
  return code === 'fetch_failed' ? 'unreachable' : 'unverified';
}
