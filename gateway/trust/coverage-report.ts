import { base64url } from 'jose';
import { z } from 'zod';
import { CLOCK_SKEW_S } from '../../schemas/clocks.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import {
  COVERAGE_REPORT_TYP,
  type CoverageReport,
  coverageReportSchema,
  MAX_COVERAGE_REPORT_LENGTH,
  olderCoverageReportSchema,
  REPORTS_KEPT_S,
  UNTOLD,
} from '../../schemas/coverage-report.ts';
import type { JwkSet } from './public-key.ts';
import { sha256Base64url } from './sha256.ts';
import { type Signer, signParts } from './signer.ts';
import { keysOf, verifyCompact } from './strict-jws.ts';
import { TrustError } from './trust-error.ts';

const eitherReportSchema = z.union([coverageReportSchema, olderCoverageReportSchema]);

/** Signs a report that was made before, byte for byte, with whichever key is in use now. */
export async function signCoverageReport(body: string, signer: Signer): Promise<string> {
  return await signParts({ typ: COVERAGE_REPORT_TYP }, base64url.encode(body), signer);
}

/** An entity that reports, as the log has it. */
export interface Reporter {
  readonly node: string;
  readonly role: 'gateway' | 'issuer';
  readonly province: ProvinceCode | null;
}

/**
 * Reads a report that a node made: its counts and its digest. One that is older than any that is kept, or from the future,
 * is refused, as is one with counts of minutes that have not come, or of another province's. Throws TrustError.
 */
export async function verifyCoverageReport(
  token: string,
  reporter: Reporter,
  keys: JwkSet,
  atS: number,
): Promise<{ readonly report: CoverageReport; readonly digest: string }> {
  const options = { maxBytes: MAX_COVERAGE_REPORT_LENGTH, typ: COVERAGE_REPORT_TYP };
  const { payload } = await verifyCompact(token, keysOf(keys, atS), options);
  const parsed = eitherReportSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the report has not the documented claims');
  const report = parsed.data;
  if (report.iss !== reporter.node) throw new TrustError('issuer_mismatch', 'the report is by another entity');
  if (!isOwn(report, reporter)) {
    throw new TrustError('destination_mismatch', 'the report counts what another province’s node counts');
  }
  checkTimes(report, atS);
  return { report, digest: await sha256Base64url(token.split('.')[1] ?? '') };
}

/**
 * Whether a node can have counted all of it: a gateway what its own venues asked, an issuer what it told others. The threat is
 * a province that reports how badly another one recognises, which nobody could tell from that one's own word.
 */
function isOwn({ minutes }: CoverageReport, { role, province }: Reporter): boolean {
  const groups = minutes.flatMap((one) => one.groups);
  return groups.every(({ issuer, destination, venue_kind: venueKind }) =>
    role === 'issuer' ? venueKind === UNTOLD && issuer === province : venueKind !== UNTOLD && destination === province,
  );
}

function checkTimes({ iat, minutes }: CoverageReport, atS: number): void {
  const newestS = Math.max(iat, ...minutes.map(({ minute }) => minute * 60));
  if (newestS > atS + CLOCK_SKEW_S) {
    throw new TrustError('not_yet_valid', 'the report is from the future', { clockOffS: newestS - atS });
  }
  if (iat < atS - REPORTS_KEPT_S) {
    throw new TrustError('expired', 'the report is too old', { clockOffS: iat - atS });
  }
}
