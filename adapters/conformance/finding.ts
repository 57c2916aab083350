import { CONFORMANCE_FINDINGS, type ConformanceFindingCode } from '../../schemas/conformance-findings.ts';
import type { ConformanceFinding } from '../../schemas/conformance-report.ts';

const MAX_TEXT = 400;

/** One finding; long details are cut. `detail` must hold nothing that an upstream said about a person. */
export function finding(code: ConformanceFindingCode, at: string, detail: string): ConformanceFinding {
  const { severity } = CONFORMANCE_FINDINGS[code];
  return { code, severity, at: at.slice(0, MAX_TEXT), detail: detail.slice(0, MAX_TEXT) };
}

/** A place in manifest.json, by its JSON Pointer. */
export function inManifest(pointer: string): string {
  return `manifest.json#${pointer}`;
}

/** A place in fixtures/scenarios.json, by its JSON Pointer. */
export function inScenarios(pointer: string): string {
  return `fixtures/scenarios.json#${pointer}`;
}
