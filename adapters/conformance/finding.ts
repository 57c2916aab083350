import { CONFORMANCE_FINDINGS, type ConformanceFindingCode } from '../../schemas/conformance-findings.ts';
import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import { type Coded, type ValuesOf, writeCoded } from '../../schemas/texts/coded.ts';
import type {
  CONFORMANCE_DETAILS,
  CONFORMANCE_PROBES,
  ConformanceDetailCode,
  ConformanceProbe,
} from '../../schemas/texts/conformance-details.ts';

const MAX_TEXT = 400;

/** What a finding says beside its code. The values must hold nothing that an upstream said about a person. */
export interface Detail extends Coded {
  readonly code: ConformanceDetailCode;
}

/** One finding; a long place and long values are cut. */
export function finding(code: ConformanceFindingCode, at: string, detail: Detail): ConformanceFinding {
  const { severity } = CONFORMANCE_FINDINGS[code];
  return { code, severity, at: at.slice(0, MAX_TEXT), detail: written(detail) };
}

/** A detail by its code and the values that its text has places for. */
export function detail<Code extends ConformanceDetailCode>(
  code: Code,
  ...[values]: ValuesOf<(typeof CONFORMANCE_DETAILS)[Code]>
): Detail {
  return { code, values: values ?? {} };
}

/** The same of one scenario, by the scenario's name. */
export function ofScenario(scenario: string, { code, values }: Detail): Detail {
  return { code, values: { ...values, scenario } };
}

/** A place in manifest.json, by its JSON Pointer. */
export function inManifest(pointer: string): string {
  return `manifest.json#${pointer}`;
}

/** A place in fixtures/scenarios.json, by its JSON Pointer. */
export function inScenarios(pointer: string): string {
  return `fixtures/scenarios.json#${pointer}`;
}

/** What was tried of a system, by its code and values. */
export function probed<Code extends ConformanceProbe>(
  code: Code,
  ...[values]: ValuesOf<(typeof CONFORMANCE_PROBES)[Code]>
): string {
  return written({ code, values: values ?? {} });
}

/** Values are cut and never the form, without which nobody could read any of it. */
function written({ code, values }: Coded): string {
  for (let most = MAX_TEXT; ; most = Math.floor(most / 2)) {
    const cut = Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, most) : value,
    ]);
    const text = writeCoded({ code, values: Object.fromEntries(cut) });
    if (text.length <= MAX_TEXT) return text;
  }
}
