import type { ProvinceCode, VenueKind } from '../../schemas/code-lists/index.ts';
import type { Decision } from '../../schemas/status.ts';
import { cellNamed } from './cells.ts';
import { type CompiledPolicy, decide } from './decide.ts';

/** Scans of one issuer at one kind of venue that reached one cell of the domain, by the name that `cellName` gives it. */
export interface CountedCell {
  readonly issuer: ProvinceCode;
  readonly venue_kind: VenueKind;
  readonly cell: string;
  readonly n: number;
}

/** What a draft would have decided otherwise: so many scans, from one decision to the other. */
export interface ImpactRow {
  readonly issuer: ProvinceCode;
  readonly venue_kind: VenueKind;
  readonly from: Decision;
  readonly to: Decision;
  readonly scans: number;
}

export interface PolicyImpact {
  readonly rows: readonly ImpactRow[];
  /** Scans that both tables were asked about. */
  readonly decided: number;
  /** Scans in cells that this version does not know: nobody can tell what a table would have made of them. */
  readonly unknown: number;
}

/**
 * What a draft table would have made of scans that were counted, against the one in force: exact for what a cell holds, and
 * silent about everything else. What nobody could tell the status of reached no table, and would not have reached this one.
 */
export function policyImpact(
  draft: CompiledPolicy,
  inForce: CompiledPolicy,
  counted: Iterable<CountedCell>,
  nowMs: number,
): PolicyImpact {
  const rows = new Map<string, ImpactRow>();
  let [decided, unknown] = [0, 0];
  for (const { issuer, venue_kind, cell: name, n } of counted) {
    const cell = cellNamed(venue_kind, name);
    if (cell === null) {
      unknown += n;
      continue;
    }
    decided += n;
    const [from, to] = [decide(inForce, cell, nowMs).decision, decide(draft, cell, nowMs).decision];
    if (from === to) continue;
    const key = `${issuer} ${venue_kind} ${from} ${to}`;
    rows.set(key, { issuer, venue_kind, from, to, scans: (rows.get(key)?.scans ?? 0) + n });
  }
  return { rows: [...rows.values()].sort((a, b) => b.scans - a.scans), decided, unknown };
}
