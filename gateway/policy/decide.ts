import type { ReasonCode } from '../../schemas/code-lists/index.ts';
import type { Policy, PolicyRow } from '../../schemas/policy.ts';
import type { Decision, Status } from '../../schemas/status.ts';
import { NATIONAL_BASELINE } from './baseline.ts';
import { ALL_CELLS, type Cell, cellIndex } from './cells.ts';
import { holdToFloor, STRICTNESS, shownStatus } from './floor.ts';
import { reasonsFor } from './reasons.ts';
import { NO_ROW, type RowTable, rowTables } from './row-tables.ts';

/** `status` is what the venue may see; `exception`: stricter here than the national baseline. Shared, frozen. */
export type PolicyOutcome = {
  readonly status: Status;
  readonly decision: Decision;
  readonly reasons: readonly ReasonCode[];
  readonly exception: boolean;
};

type Period = { readonly fromMs: number; readonly outcomes: readonly PolicyOutcome[] };

/** A policy made ready for look-up: every cell decided ahead, once for each period between its rows' dates. */
export type CompiledPolicy = { readonly policy: Policy; readonly periods: readonly Period[] };

/** Decides the whole domain once. Takes milliseconds; do it when a policy is activated, not for each request. */
export function compilePolicy(policy: Policy, baseline: Policy = NATIONAL_BASELINE): CompiledPolicy {
  const national = rowTables(baseline).at(-1);
  const known = new Map<string, PolicyOutcome>();
  const decideAt = (table: RowTable, cell: Cell, index: number) => {
    const least = holdToFloor(cell, rowAt(national, baseline, index)?.decision ?? 'refer');
    return intern(known, decideCell(cell, rowAt(table, policy, index), least));
  };
  const periods = rowTables(policy).map((table): Period => {
    return { fromMs: table.fromMs, outcomes: ALL_CELLS.map((cell, index) => decideAt(table, cell, index)) };
  });
  return { policy, periods: periods.reverse() };
}

/**
 * What the destination makes of one cell at `nowMs`. Total and deterministic. Dated rows lapse by the time passed in,
 * so a policy that nobody touches falls back to the national rule by itself.
 */
export function decide(compiled: CompiledPolicy, cell: Cell, nowMs: number): PolicyOutcome {
  for (const { fromMs, outcomes } of compiled.periods) {
    const outcome = fromMs <= nowMs ? outcomes[cellIndex(cell)] : undefined;
    if (outcome !== undefined) return outcome;
  }
  return decideCell(cell, undefined, 'refer');
}

function rowAt(table: RowTable | undefined, policy: Policy, index: number): PolicyRow | undefined {
  return policy.rows[table?.rowOf[index] ?? NO_ROW];
}

function decideCell(cell: Cell, row: PolicyRow | undefined, least: Decision): PolicyOutcome {
  const decision = holdToFloor(cell, row?.decision ?? 'refer');
  const exception = STRICTNESS[decision] > STRICTNESS[least];
  const reasons = reasonsFor(cell, { decision, rowReason: row?.reason, exception });
  return { status: shownStatus(cell, decision), decision, reasons, exception };
}

function intern(known: Map<string, PolicyOutcome>, outcome: PolicyOutcome): PolicyOutcome {
  const key = `${outcome.status}|${outcome.decision}|${outcome.exception}|${outcome.reasons.join()}`;
  const same = known.get(key);
  if (same !== undefined) return same;
  Object.freeze(outcome.reasons);
  known.set(key, Object.freeze(outcome));
  return outcome;
}
