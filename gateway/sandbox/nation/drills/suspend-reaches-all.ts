import { type Nation, type RunningProvince, someOf } from '../nation.ts';
import { operatorKey } from '../national-ceremony.ts';
import { freshGreen, scanAt } from '../venue.ts';
import { type Drill, must } from './drill.ts';

const IN_FORCE_WITHIN_MS = 1_000;

/** One operator suspends a province's adapter: within a second no destination asks it any more; and back again. */
export const SUSPEND_REACHES_ALL: Drill = {
  name: 'suspend_reaches_all',
  run: async (nation) => {
    const [issuer] = someOf(nation);
    const { code } = issuer.plan;
    const [operator] = nation.offices.operators;
    const key = ['--key', operatorKey(nation.plan.operators[0])];
    await operator.step('adapter', 'suspend', code, '--reason', 'wrong_answers', ...key);
    const suspendedMs = await msUntilAll(nation, issuer, (said) => said === 'adapter_suspended');
    await operator.step('adapter', 'resume', code, ...key);
    const resumedMs = await msUntilAll(nation, issuer, (said) => said === 'pass');
    return `in force everywhere ${suspendedMs} ms after the receipt, and lifted ${resumedMs} ms after it`;
  },
};

/** Milliseconds until every other province's gateway says so. Throws DrillFailure where that takes more than a second. */
async function msUntilAll(nation: Nation, issuer: RunningProvince, isDue: (said: string) => boolean): Promise<number> {
  const startedMs = performance.now();
  const others = [...nation.provinces.values()].filter((one) => one !== issuer);
  const code = await freshGreen(issuer);
  await Promise.all(others.map((destination) => becomesDue(nation, destination, { code, isDue, startedMs })));
  return Math.round(performance.now() - startedMs);
}

async function becomesDue(
  nation: Nation,
  destination: RunningProvince,
  due: { readonly code: string; readonly isDue: (said: string) => boolean; readonly startedMs: number },
): Promise<void> {
  for (;;) {
    const askedMs = performance.now();
    const outcome = await scanAt(nation, destination, due.code);
    const said = outcome.kind === 'problem' ? outcome.problem : outcome.verified ? outcome.decision : 'unverified';
    if (due.isDue(said)) return;
    must(askedMs - due.startedMs < IN_FORCE_WITHIN_MS, `${destination.plan.code} still said ${said} after a second`);
  }
}
