import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** More tests than this that needed their retry are no starved deadlines any more. */
const MOST_RETRIED = 3;

/**
 * Names every test that needed its retry, and fails the run where they are too many: a test that fails now and then is
 * a defect that nobody has looked at. Then prints the plain closing line that continuous integration reads:
 * `N passed, N failed[, N skipped]`.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const retried: string[] = [];
    for (const module of modules) {
      const failedBefore = count.failed;
      for (const test of module.children.allTests()) {
        count[isLost(test) ? 'failed' : test.result().state] += 1;
        if (test.diagnostic()?.flaky === true) retried.push(nameOf(module, test));
      }
      // A file that broke outside its tests (on import, in its last hook) has failed, though none of its tests has.
      if (module.state() === 'failed' && count.failed === failedBefore) count.failed += 1;
    }
    const skipped = count.skipped + count.pending;
    process.stdout.write(
      `${retriedText(retried)}\n${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    );
    if (retried.length > MOST_RETRIED) process.exitCode = 1;
  }
}

/** Whether it was never tried because a hook before it threw, here or further out: what is said to be skipped is missed by nobody. */
function isLost(test: TestCase): boolean {
  if (test.result().state !== 'skipped') return false;
  for (let above: TestCase['parent'] = test.parent; ; above = above.parent) {
    if (above.errors().length > 0) return true;
    if (above.type === 'module') return false;
  }
}

function nameOf(module: TestModule, test: TestCase): string {
  return `${module.relativeModuleId} > ${test.fullName}`;
}

function retriedText(retried: readonly string[]): string {
  const lines = retried.map((name) => `\nneeded its retry: ${name}`);
  if (retried.length > MOST_RETRIED) {
    lines.push(`\nthe run fails: ${retried.length} tests needed their retry, at most ${MOST_RETRIED} may`);
  }
  return lines.length === 0 ? '' : `${lines.join('')}\n`;
}
