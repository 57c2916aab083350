import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import type { Fault } from '../../schemas/sandbox.ts';
import type { ConformanceFault } from '../../schemas/texts/conformance-details.ts';
import type { UpstreamErrorCode } from '../upstream-error.ts';
import { finding, probed } from './finding.ts';
import { ask, cameOut, type LiveCode, type LiveTarget, openTarget, tokenOf } from './live-target.ts';

/** Each fault and the errors that name it rightly. None of them is ever an answer. */
const FAULTS: readonly (readonly [name: ConformanceFault, fault: Fault, errors: readonly UpstreamErrorCode[]])[] = [
  ['oversize', { oversize: true }, ['oversize']],
  ['slow', { trickle: true }, ['timeout']],
  ['silent', { hang: true }, ['timeout']],
  ['redirecting', { redirect: true }, ['redirect']],
  ['half_closed', { half_closed: true }, ['reset', 'malformed']],
  ['garbage', { garbage: true }, ['malformed']],
  ['reset', { reset: true }, ['reset']],
  ['failing', { status: 500 }, ['status']],
  ['overloaded', { status: 503, retry_after_s: 1 }, ['busy']],
  ['ambiguous', { repeated_member: true }, ['malformed']],
  ['undecodable', { undecodable: true }, ['encoding']],
];

/** Every fault comes out as an upstream error of its kind, and is gone when it is over. */
export async function checkFaults(
  target: LiveTarget,
  setFault: (fault: Fault) => void,
  { code }: LiveCode,
  timeoutMs: number,
): Promise<ConformanceFinding[]> {
  const token = tokenOf(target.manifest, code);
  const limit = Math.min(timeoutMs, target.manifest.upstream.timeout_ms);
  const findings: ConformanceFinding[] = [];
  for (const [name, fault, errors] of FAULTS) {
    setFault(fault);
    const outcome = await ask(openTarget(target, { timeoutMs: limit }), token);
    setFault(null);
    if (outcome.kind === 'failed' && errors.includes(outcome.code)) continue;
    const answered = outcome.kind === 'found' || outcome.kind === 'absent';
    findings.push(
      finding(answered ? 'fault_answered' : 'fault_misread', probed('probe_fault', { fault: name }), cameOut(outcome)),
    );
  }
  const after = await ask(openTarget(target), token);
  if (after.kind !== 'found') findings.push(finding('fault_lasting', probed('probe_after_faults'), cameOut(after)));
  return findings;
}
