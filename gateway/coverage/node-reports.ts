import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { type NodeFault, type NodeReport, nodeFaultSchema } from '../../schemas/coverage.ts';
import type { FoldState } from '../registry/fold-state.ts';
import { isAdmitted } from '../registry/fold-subordinates.ts';
import type { StoreWatch } from '../stores/store-watch.ts';
import type { CoverageStore, Sender } from './coverage-store.ts';

/** A node that reports every five seconds and has not for this long is silent. */
const SILENT_AFTER_S = 60;
/** The same where it cannot be reached either: nobody waits a minute to be told of a province that is gone. */
const GONE_AFTER_S = 7;
/** Scans whose reports were lost this long ago are in nobody's last day any more. */
const OVER_AFTER_S = 86_400;

/** A province that some node does not ask at the moment. */
export interface OpenBreaker {
  readonly node: string;
  readonly province: ProvinceCode;
  readonly sinceS: number;
}

interface Parts {
  readonly store: StoreWatch<CoverageStore>;
  readonly folded: () => FoldState;
  /** Entities that are hosted here: what they count is here already. */
  readonly hosted: ReadonlySet<string>;
  /** The nodes that cannot be asked just now; null: nobody reports here. */
  readonly unreachable: () => ReadonlySet<string> | null;
}

/**
 * Who reports, when it last did, and what is wrong with it. `over`: by node, what its row goes on saying and nobody has to
 * see to any more.
 */
export interface NodesSeen {
  readonly reports: NodeReport[];
  readonly breakers: OpenBreaker[];
  readonly over: ReadonlyMap<string, readonly NodeFault[]>;
}

/** Reads what is known of the nodes that report here. */
export class NodeReports {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(nowMs: number): Promise<NodesSeen> {
    const { store } = this.#parts;
    const unreachable = this.#parts.unreachable();
    if (unreachable === null) return { reports: [], breakers: [], over: new Map() };
    const senders = await store.use((opened) => opened.senders());
    const nowS = Math.floor(nowMs / 1000);
    const reports = reportingNodes(this.#parts.folded(), this.#parts.hosted).map((node) =>
      reportOf(
        node,
        senders.filter((sender) => sender.node === node.node),
        unreachable.has(node.node),
        nowS,
      ),
    );
    const speaking = new Set(reports.filter(({ silent }) => !silent).map(({ node }) => node));
    const breakers = [...new Map(senders.map((sender) => [sender.node, sender])).values()]
      .filter(({ node }) => speaking.has(node))
      .flatMap(({ node, breakers: open }) => open.map(({ province, since }) => ({ node, province, sinceS: since })));
    return { reports, breakers, over: new Map(senders.map((sender) => [sender.node, overOf(sender, nowS)])) };
  }
}

/** An admitted gateway or issuer that is hosted elsewhere, in the order of names. */
export interface ReportingNode {
  readonly node: string;
  readonly role: 'gateway' | 'issuer';
  readonly province: ProvinceCode | null;
}

export function reportingNodes(folded: FoldState, hosted: ReadonlySet<string>): ReportingNode[] {
  return [...folded.subordinates.values()]
    .flatMap(({ entity_id: node, kind, province }) =>
      (kind === 'gateway' || kind === 'issuer') && !hosted.has(node) && isAdmitted(folded, node)
        ? [{ node, role: kind, province }]
        : [],
    )
    .sort((a, b) => (a.node < b.node ? -1 : 1));
}

/** A gap stays in the books for as long as a numbering does, and a beginning anew for good. */
function overOf({ gapS, restartedS }: Sender, nowS: number): NodeFault[] {
  const faults: NodeFault[] = [];
  if (nowS - (gapS ?? 0) >= OVER_AFTER_S) faults.push('gap');
  if (nowS - (restartedS ?? 0) >= OVER_AFTER_S) faults.push('restarted');
  return faults;
}

function reportOf(
  { node, role, province }: ReportingNode,
  known: readonly Sender[],
  isUnreachable: boolean,
  nowS: number,
): NodeReport {
  const last = known.at(-1);
  const ageS = last === undefined ? null : Math.max(0, nowS - last.reportedS);
  const faults: NodeFault[] = [];
  if (isUnreachable) faults.push('unreachable');
  if ((last?.gaps ?? 0) > 0) faults.push('gap');
  if (known.length > 1) faults.push('restarted');
  const told = nodeFaultSchema.safeParse(last?.fault);
  if (told.success) faults.push(told.data);
  return {
    node,
    province,
    role,
    last_report: last === undefined ? null : new Date(last.reportedS * 1000).toISOString(),
    age_s: ageS,
    silent: ageS === null || ageS > (isUnreachable ? GONE_AFTER_S : SILENT_AFTER_S),
    faults,
  };
}
