import type { SandboxCode } from './sandbox-api.ts';
import type { Scan } from './scan-code.ts';

/** One scenario beside what came of it. `status`, `decision` and `verified`, or `problem` alone. */
export interface DemoResult {
  readonly province: string;
  readonly system: string;
  readonly scenario: string;
  readonly expected: SandboxCode['expected'];
  readonly status?: string;
  readonly decision?: string;
  readonly reasons?: readonly string[];
  readonly verified?: boolean;
  readonly problem?: string;
  readonly ms: number;
  readonly ok: boolean;
}

/** Holds what a scan gave against what the scenario expects. An answer that did not verify never passes. */
export function judge(code: SandboxCode, scan: Scan, ms: number): DemoResult {
  const { province, system, scenario, expected } = code;
  const about = { province, system, scenario, expected };
  if (scan.kind === 'problem') {
    const problem = scan.problem.code;
    return { ...about, problem, ms, ok: 'problem' in expected && expected.problem === problem };
  }
  const { status, decision } = scan.reply;
  const reasons = scan.reply.reasons.map((reason) => reason.code);
  const { verified } = scan.checked;
  const asExpected =
    !('problem' in expected) &&
    expected.status === status &&
    expected.decision === decision &&
    (expected.reason === undefined || reasons.includes(expected.reason));
  return { ...about, status, decision, reasons, verified, ms, ok: asExpected && verified };
}

/** Runs `work` over the items, at most `limit` at a time, results in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}

export function expectedText(expected: SandboxCode['expected']): string {
  return 'problem' in expected ? expected.problem : `${expected.status} · ${expected.decision}`;
}
