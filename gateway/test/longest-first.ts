import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, the longest first: of their sizes, which are all that a clean clone knows, nothing of it shows. */
const LONGEST = [
  'gateway/test/nation.test.ts',
  'gateway/test/walkthrough.test.ts',
  'gateway/test/instances.test.ts',
  'gateway/test/chaos/chaos.test.ts',
  'gateway/test/every-page.test.ts',
  'gateway/test/registry-lifecycle.test.ts',
  'gateway/test/registry-page.test.ts',
  'gateway/test/passes.test.ts',
  'gateway/test/rotation.test.ts',
  'gateway/test/scenarios.test.ts',
  'gateway/test/leakage-nodes.test.ts',
  'gateway/cli/signed-step.test.ts',
  'gateway/test/scan-page.test.ts',
  'gateway/test/at-the-door.test.ts',
  'gateway/test/authority.test.ts',
  'gateway/test/issuing-batch.test.ts',
  'gateway/bench/bench.test.ts',
  'gateway/cli/huren-sandbox.test.ts',
  'gateway/test/registry-records.test.ts',
  'gateway/test/province-in-trouble.test.ts',
  'gateway/test/abuse.test.ts',
  'gateway/log/store-kill.test.ts',
  'gateway/cli/huren.test.ts',
  'gateway/test/package.test.ts',
];
const PROJECTS = ['e2e', 'alone', 'unit'];

/**
 * Begins with what takes longest, and ends with what starts nothing: a long file begun last would run alone. What shares a
 * worker stands together, for a worker is kept only while the next file in line can have it.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
  if (at !== -1) return at;
  return LONGEST.length + PROJECTS.indexOf(project.name);
}
