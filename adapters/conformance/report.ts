import type { ConformanceReport, Latency } from '../../schemas/conformance-report.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { type CheckOutcome, hasFailed } from './static-checks.ts';

/** Grows when the kit finds more, or other, things: a report by an older kit says less. */
export const KIT_VERSION = '1.3.0';

export interface ReportParts {
  readonly manifest: Manifest | null;
  readonly manifestDigest: string;
  readonly level: ConformanceReport['level'];
  readonly outcomes: readonly CheckOutcome[];
  readonly latency: Latency | null;
  readonly nowMs: number;
}

/** Puts a report together. It passes when nothing that was found forbids the approval. */
export function conformanceReport(parts: ReportParts): ConformanceReport {
  const { manifest, outcomes, latency } = parts;
  const findings = outcomes.flatMap((outcome) => outcome.findings);
  return {
    province: manifest?.province ?? null,
    system: manifest?.system.id ?? null,
    version: manifest?.version ?? null,
    manifest_digest: parts.manifestDigest,
    kit_version: KIT_VERSION,
    level: parts.level,
    passed: !hasFailed(findings),
    findings,
    checks: outcomes.flatMap((outcome) => outcome.checks),
    ...(latency === null ? {} : { latency }),
    generated_at: new Date(parts.nowMs).toISOString(),
  };
}
