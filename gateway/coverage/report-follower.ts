import { setTimeout as delay } from 'node:timers/promises';
import type { NodeFault } from '../../schemas/coverage.ts';
import type { CoverageReport, CoverageReports } from '../../schemas/coverage-report.ts';
import { StoreError } from '../stores/store-error.ts';
import type { StoreWatch } from '../stores/store-watch.ts';
import type { CoverageStore, KnownReport } from './coverage-store.ts';
import { isCounted } from './judge-report.ts';
import { takenOf } from './known-counters.ts';
import type { ReportingNode } from './node-reports.ts';

/** Every node is asked this often: with a report every five seconds, whatever happens is known here within nine. */
const ASK_EVERY_MS = 2_000;
const LOOK_EVERY_MS = 200;
/** Nodes that are asked at the same time: their number must not grow with the country's. */
const AT_ONCE = 16;
/** Replies in a row that one node is asked for, so that one with much to tell does not hold up the others. */
const MOST_REPLIES = 16;

/** Why a node's reports could not be had or believed. */
export class ReportFault extends Error {
  readonly fault: NodeFault;

  constructor(fault: NodeFault, cause: unknown) {
    super(fault, { cause });
    this.fault = fault;
  }
}

interface Parts {
  readonly nodes: () => readonly ReportingNode[];
  /** Asks a node for its reports after a known one. Throws ReportFault `unreachable`, `invalid`. */
  readonly fetch: (node: ReportingNode, known: KnownReport) => Promise<CoverageReports>;
  /** Verifies a report with the keys of its node's chain. Throws ReportFault. */
  readonly open: (
    token: string,
    node: ReportingNode,
  ) => Promise<{ readonly report: CoverageReport; readonly digest: string }>;
  readonly store: StoreWatch<CoverageStore>;
  readonly onOutcome: (node: ReportingNode, outcome: string) => void;
  /** Hears how many counters of a report that was counted are none. */
  readonly onLeftOut: (node: ReportingNode, counters: number) => void;
  readonly nowMs: () => number;
}

/**
 * Reads every node's reports and adds them up, each exactly once: what was verified and comes next counts, in the
 * transaction that notes that it has counted. Everything else changes nothing and is told.
 */
export class ReportFollower {
  readonly #parts: Parts;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  readonly #unreachable = new Set<string>();
  /** The last report of each node that is in the store. */
  readonly #known = new Map<string, KnownReport>();
  /** When each node is to be asked again; one that is being asked has no time. */
  readonly #dueMs = new Map<string, number>();
  readonly #asking = new Set<Promise<void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#running = this.#go();
  }

  /** The nodes that could not be asked when it was last tried. */
  get unreachable(): ReadonlySet<string> {
    return this.#unreachable;
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #go(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted && !(await this.#recall())) await this.#pause(ASK_EVERY_MS);
    while (!signal.aborted) {
      this.#askWhoIsDue();
      // One that does not answer keeps its own place, and nobody else waits for it.
      if (this.#asking.size >= AT_ONCE) await Promise.race(this.#asking);
      else await this.#pause(LOOK_EVERY_MS);
    }
    await Promise.all(this.#asking);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  /** What is known from before; false while the store is away, to which nothing could be added. */
  async #recall(): Promise<boolean> {
    try {
      for (const sender of await this.#parts.store.use((store) => store.senders()))
        this.#known.set(sender.node, sender);
      return true;
    } catch (error) {
      if (error instanceof StoreError) return false;
      throw error;
    }
  }

  /** Those who have waited longest first. */
  #askWhoIsDue(): void {
    const nowMs = performance.now();
    const dueMsOf = ({ node }: ReportingNode) => this.#dueMs.get(node) ?? 0;
    const due = this.#parts.nodes().filter((node) => dueMsOf(node) <= nowMs);
    for (const node of due.sort((a, b) => dueMsOf(a) - dueMsOf(b)).slice(0, AT_ONCE - this.#asking.size)) {
      this.#dueMs.set(node.node, Number.POSITIVE_INFINITY);
      const asking = this.#read(node, this.#known.get(node.node) ?? { epoch: null, number: 0 }).finally(() => {
        this.#dueMs.set(node.node, performance.now() + ASK_EVERY_MS);
        this.#asking.delete(asking);
      });
      this.#asking.add(asking);
    }
  }

  async #read(node: ReportingNode, from: KnownReport): Promise<void> {
    const { onOutcome, store } = this.#parts;
    try {
      let known: KnownReport | null = from;
      for (let replies = 0; known !== null && replies < MOST_REPLIES; replies += 1)
        known = await this.#step(node, known);
      this.#unreachable.delete(node.node);
    } catch (error) {
      if (error instanceof StoreError) return;
      if (!(error instanceof ReportFault)) throw error;
      onOutcome(node, error.fault);
      if (error.fault === 'unreachable') this.#unreachable.add(node.node);
      else await store.use((opened) => opened.noteFault(node.node, error.fault)).catch(() => undefined);
    }
  }

  /** One reply. The report to go on from; null where there is nothing more. */
  async #step(node: ReportingNode, known: KnownReport): Promise<KnownReport | null> {
    const { fetch, open, store, onOutcome, onLeftOut, nowMs } = this.#parts;
    const { reports } = await fetch(node, known);
    let last: KnownReport | null = null;
    for (const token of reports) {
      const { report: told, digest } = await open(token, node);
      const { report, leftOut } = takenOf(told);
      const received = { report, digest, receivedS: Math.floor(nowMs() / 1000) };
      const judgement = await store.use((opened) => opened.fold(received));
      onOutcome(node, judgement);
      if (leftOut > 0 && isCounted(judgement)) onLeftOut(node, leftOut);
      if (judgement === 'fork') return null;
      last = report;
      this.#known.set(node.node, report);
    }
    return last;
  }
}
