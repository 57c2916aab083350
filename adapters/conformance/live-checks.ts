import type { ConformanceFinding, Latency } from '../../schemas/conformance-report.ts';
import type { ConformanceCheckName } from '../../schemas/texts/conformance-checks.ts';
import type { UpstreamErrorCode } from '../upstream-error.ts';
import { checkExchanges } from './documented-exchanges.ts';
import { checkFaults } from './fault-checks.ts';
import { type Detail, detail, finding, probed } from './finding.ts';
import {
  ask,
  cameOut,
  type LiveCode,
  type LiveTarget,
  type Outcome,
  openTarget,
  outcomeCode,
  tokenOf,
} from './live-target.ts';
import { sampleCodes } from './sample-code.ts';
import { disagreement } from './scenario-reading.ts';
import { statementStatus } from './statement-payload.ts';
import { type CheckOutcome, hasFailed } from './static-checks.ts';

export interface LiveOptions {
  /** How many questions the latency is taken from. */
  readonly latencyCalls: number;
  /** How long a hanging or trickling reply is waited for; at most the manifest's own timeout. */
  readonly faultTimeoutMs: number;
  /** Told the name of every check as it starts. */
  readonly onCheck: (name: ConformanceCheckName) => void;
}

export interface LiveOutcome extends CheckOutcome {
  readonly latency: Latency | null;
}

export const LIVE_DEFAULTS = { latencyCalls: 60, faultTimeoutMs: 400, onCheck: () => undefined } as const;

const SKEW_MS = 10 * 60_000;
/** Faults in which the system said nothing at all. */
const NO_ANSWER: ReadonlySet<UpstreamErrorCode> = new Set([
  'timeout',
  'connect_failed',
  'certificate',
  'reset',
  'address_refused',
]);
/** Texts that no system ever issued. The odd ones must not break out of a form, a JSON string or an XML element. */
const MALFORMED = ['0', 'huren-malformed', "' or '1'='1", '<code>&amp;</code>', '{"code":1}', '..', '%00'] as const;

/** Asks the upstream itself. Sequential and bounded; all I/O goes through the target's fetch. */
export async function checkLive(target: LiveTarget, options: LiveOptions = LIVE_DEFAULTS): Promise<LiveOutcome> {
  const known = target.codes.find(
    ({ scenario }) => 'status' in scenario.expected && scenario.expected.status === 'green',
  );
  const findings: ConformanceFinding[] = [];
  const checks: CheckOutcome['checks'] = [];
  const run = async (name: ConformanceCheckName, found: () => Promise<ConformanceFinding[]>) => {
    options.onCheck(name);
    const here = await found();
    findings.push(...here);
    checks.push({ name, passed: !hasFailed(here) });
  };
  const withKnown = (name: ConformanceCheckName, check: (known: LiveCode) => Promise<ConformanceFinding[]>) =>
    run(name, async () =>
      known === undefined
        ? [finding('live_unprobed', probed('probe_check', { check: name }), detail('green_needed'))]
        : check(known),
    );

  if (target.scenarios.exchanges !== undefined) {
    await run('asked and read as documented', () => checkExchanges(target));
  }
  // Every check would say it again, each in its own words, and some would call no answer a good one.
  const away = known === undefined ? null : await awayWith(target, known);
  if (away !== null) {
    await run('the upstream answers', async () => [finding('live_unreachable', probed('probe_upstream'), away)]);
    return { findings, checks, latency: null };
  }
  await run('known codes give the declared results', () => checkKnown(target));
  await run('expired, unknown and malformed codes told apart', () => checkAbsence(target));
  await withKnown('wrong credentials detected', (code) => checkCredentials(target, code));
  await withKnown('a skewed clock changes no colour', (code) => checkSkew(target, code));
  const { setFault } = target;
  if (setFault !== null) {
    await withKnown('faulty replies survived', (code) => checkFaults(target, setFault, code, options.faultTimeoutMs));
  }
  let latency: Latency | null = null;
  await withKnown('latency', async (code) => {
    latency = await measure(target, code, options.latencyCalls);
    return latencyFindings(target, latency);
  });
  return { findings, checks, latency };
}

/** How a system is away that answers nothing, twice; null where anything came back. */
async function awayWith(target: LiveTarget, { code }: LiveCode): Promise<Detail | null> {
  const adapter = openTarget(target);
  for (const last of [false, true]) {
    const outcome = await ask(adapter, tokenOf(target.manifest, code));
    if (outcome.kind !== 'failed' || !NO_ANSWER.has(outcome.code)) return null;
    if (last) return cameOut(outcome);
  }
  return null;
}

async function checkKnown(target: LiveTarget): Promise<ConformanceFinding[]> {
  const adapter = openTarget(target);
  const records = target.codes.filter(({ scenario }) => scenario.answer === 'record');
  if (records.length === 0) return [finding('live_unprobed', probed('probe_known'), detail('no_known_codes'))];
  const findings: ConformanceFinding[] = [];
  for (const { code, scenario } of records) {
    const at = probed('probe_scenario', { scenario: scenario.scenario });
    const outcome = await ask(adapter, tokenOf(target.manifest, code));
    if (outcome.kind !== 'found') {
      findings.push(finding('live_failed', at, cameOut(outcome)));
      continue;
    }
    const found = disagreement(outcome.translation, scenario.expected);
    if (found !== null) findings.push(finding('live_status', at, found.detail));
    if (outcome.statement !== null && statementStatus(outcome.statement) !== outcome.translation.claims.status) {
      findings.push(finding('statement_mismatch', at, detail('statement_differs')));
    }
  }
  return findings;
}

async function checkAbsence(target: LiveTarget): Promise<ConformanceFinding[]> {
  const adapter = openTarget(target);
  const findings: ConformanceFinding[] = [];
  const expect = async (at: string, token: string, fits: (outcome: Outcome) => boolean) => {
    const outcome = await ask(adapter, token);
    if (!fits(outcome)) findings.push(finding('absence_confused', at, cameOut(outcome)));
  };
  const isUnknown = (outcome: Outcome) => outcomeCode(outcome) === 'unknown';
  const absent = target.codes.filter(({ scenario }) => scenario.answer !== 'record');
  for (const { code, scenario } of absent) {
    const at = probed('probe_absent', { answer: scenario.answer });
    await expect(at, tokenOf(target.manifest, code), (outcome) => outcomeCode(outcome) === scenario.answer);
  }
  for (const code of sampleCodes(target.scenarios.code_template, target.manifest)) {
    await expect(probed('probe_unissued'), tokenOf(target.manifest, code), isUnknown);
  }
  // An error is no answer, which is sound; "expired" or a record would be one.
  const isNoAnswer = (outcome: Outcome) => isUnknown(outcome) || outcome.kind === 'failed';
  for (const token of MALFORMED) await expect(probed('probe_malformed'), token, isNoAnswer);
  if (!absent.some(({ scenario }) => scenario.answer === 'expired')) {
    findings.push(finding('live_unprobed', probed('probe_absent', { answer: 'expired' }), detail('no_expired_code')));
  }
  return findings;
}

async function checkCredentials(target: LiveTarget, { code }: LiveCode): Promise<ConformanceFinding[]> {
  const token = tokenOf(target.manifest, code);
  const findings: ConformanceFinding[] = [];
  for (const [name, secret] of Object.entries(target.secrets)) {
    const secrets = { ...target.secrets, [name]: spoilt(secret) };
    const outcome = await ask(openTarget(target, { secrets }), token);
    if (outcome.kind === 'failed' && outcome.code === 'credentials') continue;
    const code = outcome.kind === 'found' ? 'credentials_unchecked' : 'credentials_misread';
    findings.push(finding(code, probed('probe_secret', { secret: name }), cameOut(outcome)));
  }
  return findings;
}

/** Another secret of the same length. */
function spoilt(secret: string): string {
  return `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
}

/** An upstream that minds the clock refuses; one that does not must still not be read as another colour. */
async function checkSkew(target: LiveTarget, { code, scenario }: LiveCode): Promise<ConformanceFinding[]> {
  const findings: ConformanceFinding[] = [];
  for (const skewMs of [-SKEW_MS, SKEW_MS]) {
    const outcome = await ask(openTarget(target, { skewMs }), tokenOf(target.manifest, code));
    if (outcome.kind === 'failed') continue;
    const came = outcome.kind === 'found' ? outcome.translation.claims.status : outcomeCode(outcome);
    const sane = came === 'indeterminate' || ('status' in scenario.expected && came === scenario.expected.status);
    if (sane) continue;
    const at = probed('probe_clock', { minutes: skewMs / 60_000 });
    findings.push(finding('skew_changes_status', at, detail('came_out', { outcome: came })));
  }
  return findings;
}

async function measure(target: LiveTarget, { code }: LiveCode, calls: number): Promise<Latency> {
  const adapter = openTarget(target);
  const token = tokenOf(target.manifest, code);
  // The first question may open a session and a connection, which is not what a question costs.
  await ask(adapter, token);
  const took: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const startedMs = performance.now();
    await ask(adapter, token);
    took.push(performance.now() - startedMs);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => round(took[Math.min(took.length - 1, Math.ceil(took.length * share) - 1)] ?? 0);
  return { calls, p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) };
}

function latencyFindings({ manifest }: LiveTarget, { p99_ms }: Latency): ConformanceFinding[] {
  const { timeout_ms } = manifest.upstream;
  return p99_ms * 2 > timeout_ms
    ? [finding('latency_high', probed('probe_latency'), detail('slow', { p99: p99_ms, allowed: timeout_ms }))]
    : [];
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
