import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import type { DocumentedExchange, Scenario } from '../../schemas/scenarios.ts';
import type { UpstreamFetch, UpstreamRequest } from '../drivers/driver.ts';
import { type Detail, detail, finding, inScenarios } from './finding.ts';
import { ask, cameOut, type LiveTarget, type Outcome, openTarget, outcomeCode } from './live-target.ts';
import { disagreement } from './scenario-reading.ts';

/**
 * Holds the manifest against what the system's own documentation shows: asked about that token, it has to send that
 * question, and to make of that reply what the scenario says. A simulated system is made from the manifest itself, and
 * agrees with it whatever it says. Nobody is asked.
 */
export async function checkExchanges(target: LiveTarget): Promise<ConformanceFinding[]> {
  const findings: ConformanceFinding[] = [];
  for (const [index, exchange] of (target.scenarios.exchanges ?? []).entries()) {
    const at = inScenarios(`/exchanges/${index}`);
    const { asked, outcome } = await play(target, exchange);
    const missing = asked === null ? detail('nothing_asked') : lacking(notIn(asked, exchange.request));
    if (missing !== null) findings.push(finding('exchange_misasked', at, missing));
    const scenario = target.scenarios.scenarios.find((one) => one.scenario === exchange.scenario);
    const misread = scenario === undefined ? detail('no_such_scenario') : misreading(outcome, scenario);
    if (misread !== null) findings.push(finding('exchange_misread', at, misread));
  }
  return findings;
}

async function play(target: LiveTarget, { token, at, reply }: DocumentedExchange) {
  const sent: UpstreamRequest[] = [];
  const documented: UpstreamFetch = async (request) => {
    sent.push(request);
    return { status: reply.status, headers: { 'content-type': reply.content_type }, body: Buffer.from(reply.body) };
  };
  const then = { ...target, fetchWithin: () => documented, nowMs: () => Date.parse(at) };
  const outcome = await ask(openTarget(then), token);
  return { asked: sent.at(-1) ?? null, outcome };
}

function lacking(parts: readonly string[]): Detail | null {
  return parts.length === 0 ? null : detail('question_lacks', { parts: parts.join(', ') });
}

function notIn({ path, body = '' }: UpstreamRequest, request: DocumentedExchange['request']): string[] {
  const isThere = path === request.path || path.startsWith(`${request.path}?`);
  const text = `${decoded(path)}\n${decoded(body)}`;
  return [...(isThere ? [] : [request.path]), ...request.has.filter((part) => !text.includes(part))];
}

/** As a person reads a form in a document. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function misreading(outcome: Outcome, { answer, expected }: Scenario): Detail | null {
  if (answer !== 'record') return outcomeCode(outcome) === answer ? null : cameOut(outcome);
  if (outcome.kind !== 'found') return cameOut(outcome);
  return disagreement(outcome.translation, expected)?.detail ?? null;
}
