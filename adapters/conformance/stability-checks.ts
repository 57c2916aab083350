import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { localKey } from '../local-value.ts';
import { compileTranslator } from '../translate.ts';
import { withValueAt } from '../with-value-at.ts';
import { detail, finding, inScenarios, ofScenario } from './finding.ts';
import { pointersRead, reaches } from './reads.ts';
import { CHECK_NOW_MS, CHECK_TOKEN, readScenarios } from './scenario-reading.ts';
import type { Subject } from './subject.ts';
import { meaninglessVariants } from './variants.ts';

/** What may stand where a system has nothing to say. */
const NOTHING: readonly JsonValue[] = [
  null,
  '',
  ' ',
  'null',
  'undefined',
  [],
  {},
  true,
  false,
  1.5,
  'huren-undocumented',
];

/** Order, frames, extra members, "1" for 1: none of them changes the status of any scenario. */
export function checkStability({ manifest, scenarios }: Subject): ConformanceFinding[] {
  const translate = compileTranslator(manifest);
  const reads = pointersRead(manifest.reply);
  // One that decides is a finding of its own.
  const informational = manifest.reply.informational
    .map(({ at }) => at)
    .filter((at) => !reads.some((read) => reaches(read.at, at)));
  return readScenarios(manifest, scenarios).flatMap(({ index, scenario, record, translation }) => {
    const changed = meaninglessVariants(record, informational).find(
      (variant) => translate(variant.record, CHECK_TOKEN, CHECK_NOW_MS).claims.status !== translation.claims.status,
    );
    if (changed === undefined) return [];
    return [
      finding('status_unstable', inScenarios(`/scenarios/${index}`), ofScenario(scenario.scenario, changed.what)),
    ];
  });
}

/** Takes the status value out of every coloured record: what is left must say nothing. */
export function checkColourNeedsValue({ manifest, scenarios }: Subject): ConformanceFinding[] {
  const translate = compileTranslator(manifest);
  const { at, values } = manifest.reply.status;
  const documented = new Set(values.map(({ value }) => String(value)));
  const probes = NOTHING.filter((probe) => !documented.has(localKey(probe) ?? ''));
  return readScenarios(manifest, scenarios)
    .filter(({ translation }) => translation.claims.status !== 'indeterminate')
    .flatMap(({ index, scenario, record }) => {
      const kept = probes.some((probe) => {
        const { claims } = translate(withValueAt(record, at, probe), CHECK_TOKEN, CHECK_NOW_MS);
        return claims.status !== 'indeterminate';
      });
      const what = ofScenario(scenario.scenario, detail('colour_without_value'));
      return kept ? [finding('blank_decides', inScenarios(`/scenarios/${index}`), what)] : [];
    });
}
