import type { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import { type Manifest, manifestSchema } from '../../schemas/manifest.ts';
import { type Scenarios, scenariosSchema } from '../../schemas/scenarios.ts';
import { schemaFault } from '../../schemas/texts/schema-faults.ts';
import { detail, finding, inManifest, inScenarios } from './finding.ts';

/**
 * What is checked: one adapter beside all other registered ones. `production` is false in the sandbox, where provinces
 * have made-up hosts.
 */
export interface Subject {
  readonly manifest: Manifest;
  readonly scenarios: Scenarios;
  readonly others: readonly Manifest[];
  /** The folder's own name, or null where it has none. */
  readonly name: string | null;
  readonly production: boolean;
  /** Whether an address lies in a network that the operator of the registry lists; without it none does. */
  readonly lists?: (address: string) => boolean;
  /** Whether the registry vouches for an entity as an issuer of that province; where nobody knows, nothing is said. */
  readonly isIssuerOf?: (entityId: string, province: ProvinceCode) => boolean;
}

/** Two files as they were read, before anything is known about them. */
export interface RawFolder {
  readonly name: string | null;
  readonly manifest: unknown;
  readonly scenarios: unknown;
}

export type ParsedFolder =
  | { readonly kind: 'parsed'; readonly manifest: Manifest; readonly scenarios: Scenarios }
  | { readonly kind: 'refused'; readonly findings: ConformanceFinding[] };

/** How a blank of the template starts; the rest says what belongs there. */
export const BLANK = 'FILL_';

const MAX_ISSUES = 20;

/** Parses both files. Blanks come before schema faults: a blank explains them. */
export function parseFolder(raw: RawFolder): ParsedFolder {
  const blanks = [...blanksIn(raw.manifest, '', inManifest), ...blanksIn(raw.scenarios, '', inScenarios)];
  if (blanks.length > 0) return { kind: 'refused', findings: blanks };
  const manifest = manifestSchema.safeParse(raw.manifest);
  const scenarios = scenariosSchema.safeParse(raw.scenarios);
  if (manifest.success && scenarios.success) {
    return { kind: 'parsed', manifest: manifest.data, scenarios: scenarios.data };
  }
  const findings = [...issuesOf(manifest.error, inManifest), ...issuesOf(scenarios.error, inScenarios)];
  return { kind: 'refused', findings };
}

function issuesOf(error: z.ZodError | undefined, at: (pointer: string) => string): ConformanceFinding[] {
  return (error?.issues ?? [])
    .slice(0, MAX_ISSUES)
    .map((issue) =>
      finding('schema_invalid', at(issue.path.map((step) => `/${String(step)}`).join('')), schemaFault(issue)),
    );
}

function blanksIn(node: unknown, pointer: string, at: (pointer: string) => string): ConformanceFinding[] {
  if (typeof node === 'string') {
    const start = node.indexOf(BLANK);
    return start === -1 ? [] : [finding('blank_left', at(pointer), detail('as_written', { text: node.slice(start) }))];
  }
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([step, child]) => blanksIn(child, `${pointer}/${step}`, at));
}
