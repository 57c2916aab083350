import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, though they are short to read: begun last, one of them would run alone at the end. */
const LONGEST = ['chaos/chaos.test.ts', 'cli/huren-sandbox.test.ts', 'test/registry-lifecycle.test.ts'];

/** Begins with what takes longest; on a clean clone nothing is known yet but the files' sizes. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => LONGEST.findIndex((name) => moduleId.endsWith(name));
    const long = sorted.filter((file) => rank(file) !== -1).sort((a, b) => rank(a) - rank(b));
    return [...long, ...sorted.filter((file) => rank(file) === -1)];
  }
}
