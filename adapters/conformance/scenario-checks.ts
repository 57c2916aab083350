import { LOCAL_STATES } from '../../schemas/code-lists/index.ts';
import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import type { Scenario } from '../../schemas/scenarios.ts';
import type { Status } from '../../schemas/status.ts';
import type { ConformanceKind } from '../../schemas/texts/conformance-details.ts';
import { type Detail, detail, finding, inManifest, inScenarios, ofScenario } from './finding.ts';
import { disagreement, isDigits, type ReadScenario, readScenarios } from './scenario-reading.ts';
import type { Subject } from './subject.ts';

/** Every scenario leads where it says, and the holder sees what the manifest reads. One finding a scenario: the cause. */
export function checkScenarios({ manifest, scenarios }: Subject): ConformanceFinding[] {
  const read = readScenarios(manifest, scenarios);
  const answers = scenarios.scenarios.flatMap((scenario, index) => answerFindings(scenario, index));
  return [...answers, ...read.flatMap(recordFindings)];
}

/**
 * The second catch for swapped integers: someone wrote down what the holder of each colour sees. A number needs its own
 * scenario; texts that go by one name share one.
 */
export function checkShown({ manifest, scenarios }: Subject): ConformanceFinding[] {
  const seen = readScenarios(manifest, scenarios).filter(({ shown }) => shown !== null);
  return manifest.reply.status.values.flatMap((row, index) => {
    const covers = ({ row: other }: ReadScenario) =>
      isDigits(row.value) ? String(other?.value) === String(row.value) : other?.name === row.name;
    if (row.to === 'indeterminate' || seen.some(covers)) return [];
    return [
      finding('state_not_shown', inManifest(`/reply/status/values/${index}`), detail('none_shows', { name: row.name })),
    ];
  });
}

/** What every system has to be tried on. A system without a yellow or a red, or that tells no origin, says so in its tables. */
export function checkKinds({ manifest, scenarios }: Subject): ConformanceFinding[] {
  const { reply } = manifest;
  const read = readScenarios(manifest, scenarios);
  const has = (test: (one: ReadScenario) => boolean) => read.some(test);
  const leadsTo = ({ scenario: { expected } }: ReadScenario, status: Status) =>
    'status' in expected && expected.status === status;
  const answers = (answer: Scenario['answer']) => scenarios.scenarios.some((one) => one.answer === answer);
  const kinds: [kind: ConformanceKind, present: boolean][] = [
    ['green', has((one) => leadsTo(one, 'green'))],
    ['yellow', !reply.status.values.some(({ to }) => to === 'yellow') || has((one) => leadsTo(one, 'yellow'))],
    [
      'red_with_ground',
      !reply.status.values.some(({ to }) => to === 'red') ||
        has((one) => leadsTo(one, 'red') && one.translation.claims.ground.length > 0),
    ],
    ['expired_code', answers('expired')],
    ['unknown_code', answers('unknown')],
    ['undocumented_value', has(({ translation }) => translation.unmapped.includes('status'))],
    [
      'pushed',
      reply.origin === undefined || has(({ translation: { claims } }) => isForeign(claims.provenance?.origin)),
    ],
  ];
  return kinds.flatMap(([kind, present]) =>
    present ? [] : [finding('scenario_missing', inScenarios('/scenarios'), detail('kind_missing', { kind }))],
  );
}

function isForeign(origin: object | null | undefined): boolean {
  return origin !== null && origin !== undefined;
}

function recordFindings({ index, scenario, translation, row, shown }: ReadScenario): ConformanceFinding[] {
  const at = inScenarios(`/scenarios/${index}`);
  // A name that contradicts its own row is a finding of the table.
  if (row !== undefined && LOCAL_STATES[row.name] !== row.to) return [];
  const name = typeof shown === 'string' ? shown : shown?.name;
  const differs = typeof shown === 'string' ? row?.name !== shown : row !== shown;
  if (row !== undefined && name !== undefined && differs) {
    const sees = detail('holder_sees', { seen: name, read: row.name });
    return [finding('shows_disagrees', at, ofScenario(scenario.scenario, sees))];
  }
  const found = disagreement(translation, scenario.expected);
  return found === null ? [] : [finding(found.code, at, ofScenario(scenario.scenario, found.detail))];
}

function answerFindings(scenario: Scenario, index: number): ConformanceFinding[] {
  const { expected, answer, record } = scenario;
  const found = (code: 'scenario_answer' | 'scenario_decision', what: Detail) => [
    finding(code, inScenarios(`/scenarios/${index}`), ofScenario(scenario.scenario, what)),
  ];
  if (answer === 'record' && record === undefined) {
    return found('scenario_answer', detail('record_promised'));
  }
  if ('problem' in expected) {
    const fits = answer !== 'record' && expected.problem === PROBLEM_OF[answer];
    return fits
      ? []
      : found(
          'scenario_answer',
          detail('problem_after', { problem: expected.problem, answer: answer === 'record' ? 'found' : answer }),
        );
  }
  if (answer !== 'record') {
    return found('scenario_answer', detail('status_after', { given: expected.status, answer }));
  }
  const { status, decision } = expected;
  const coloured = status === 'yellow' || status === 'red';
  const possible = decision === 'refer' || (decision === 'pass' ? status === 'green' : coloured);
  return possible ? [] : found('scenario_decision', detail('decision_on', { decision, given: status }));
}

const PROBLEM_OF = { expired: 'code_expired', unknown: 'code_unrecognised' } as const;
