import type { LiveOutcome } from '../../adapters/conformance/live-checks.ts';
import { conformanceReport } from '../../adapters/conformance/report.ts';
import { checkStatic } from '../../adapters/conformance/static-checks.ts';
import type { ConformanceReport } from '../../schemas/conformance-report.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Scenarios } from '../../schemas/scenarios.ts';
import { manifestsInUse } from './compile-state.ts';
import type { FoldState } from './fold-state.ts';
import { issuesFor } from './fold-subordinates.ts';
import { digestOf } from './manifest-text.ts';

/** Asks the upstream of what was submitted; null where the operator holds nothing to ask it about. */
export type LiveCheck = (manifest: Manifest, scenarios: Scenarios) => Promise<LiveOutcome | null>;

export interface CheckSettings {
  /** Outside the sandbox a made-up host is a fault. */
  readonly production: boolean;
  /** Whether an address lies in a network that this registry's operator lists; without it none does. */
  readonly lists?: (address: string) => boolean;
  readonly nowMs: () => number;
  /** Null: static checks alone. */
  readonly live: LiveCheck | null;
}

/** What `adapter_checked` says about a version, but for who it is. */
export interface CheckedBody {
  readonly passed: boolean;
  readonly level: 'static' | 'live';
  readonly report: string;
}

/** Longest report that an entry of the log can carry; findings beyond it are cut, never the verdict. */
const MAX_REPORT_CHARS = 30_000;

/** Runs the conformance kit on what was submitted, beside what `state` holds. Live only where static found no fault. */
export async function checkSubmission(
  texts: { readonly manifest: string; readonly scenarios: string },
  state: FoldState,
  { production, lists, nowMs, live }: CheckSettings,
): Promise<CheckedBody> {
  const raw = { name: null, manifest: jsonOrUndefined(texts.manifest), scenarios: jsonOrUndefined(texts.scenarios) };
  const statically = checkStatic(raw, {
    others: manifestsInUse(state),
    production,
    isIssuerOf: (entityId, province) => issuesFor(state, entityId) === province,
    ...(lists === undefined ? {} : { lists }),
  });
  const { subject } = statically;
  const parts = { manifest: subject?.manifest ?? null, manifestDigest: digestOf(texts.manifest), nowMs: nowMs() };
  const first = conformanceReport({ ...parts, level: 'static', outcomes: [statically], latency: null });
  if (live === null || subject === null || !first.passed) return bodyOf(first);
  const asked = await live(subject.manifest, subject.scenarios);
  if (asked === null) return bodyOf(first);
  const { latency } = asked;
  return bodyOf(conformanceReport({ ...parts, level: 'live', outcomes: [statically, asked], latency }));
}

function bodyOf(report: ConformanceReport): CheckedBody {
  const { passed, level } = report;
  let findings = report.findings;
  let text = JSON.stringify(report);
  while (text.length > MAX_REPORT_CHARS && findings.length > 0) {
    findings = findings.slice(0, Math.floor(findings.length / 2));
    text = JSON.stringify({ ...report, findings });
  }
  return { passed, level, report: text };
}
