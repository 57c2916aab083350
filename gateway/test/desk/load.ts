import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Coverage, coverageSchema } from '../../../schemas/coverage.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { SKETCH_ERROR } from '../../coverage/latency-sketch.ts';
import { portFreeOn } from '../../sandbox/nation/free-port.ts';
import { NodeProcess } from '../../sandbox/nation/node-process.ts';
import { becomesTrue, metricOf, whenReady } from '../../sandbox/nation/questions.ts';
import { randomFrom } from '../chaos/random.ts';
import { startChromium } from '../chromium.ts';
import { DeskPage } from './desk-page.ts';
import { everyLook } from './every-look.ts';
import { growthOf, waitingScansIn } from './growth-of.ts';
import { monitorSettings, seatsIn, startNationalSide } from './national-side.ts';
import type { DeskNotes } from './run.ts';
import { type Lot, lotAt, statedBy, WATCHED } from './simulated-counts.ts';
import { makeNodes, type SimulatedNode, serveNodes } from './simulated-nodes.ts';

const SCANS_A_SECOND = 100_000;
const REPORT_EVERY_S = 10;
/** Different lots that a gateway reports in turn. */
const LOTS = 3;
const MOST_CORES = 0.5;
const ARRIVES_WITHIN_MS = 60_000;
/** A busy machine may take its time. */
const SHOWS_WITHIN_MS = 30_000;

/**
 * A real monitor that 272 simulated nodes report to, as many scans as the whole country makes: how much of a core it takes,
 * with and without a page that watches, what its store grows by, and whether it shows what was reported.
 */
export async function load({ options, note, fault }: DeskNotes): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'huren-desk-'));
  const seats = seatsIn(dir, await portFreeOn(['127.0.0.200', '127.0.0.201', '127.0.0.202'], null));
  const national = await startNationalSide(seats);
  const nodes = await makeNodes(seats, national);
  note(`${nodes.length} nodes of ${new Set(nodes.map(({ province }) => province)).size} provinces are admitted`);
  const serving = await serveNodes(seats, nodes);
  const never = new AbortController().signal;
  const monitor = new NodeProcess(seats.monitor, monitorSettings(seats), {
    stopped: never,
    onEnded: (_seat, how) => fault(`the monitor ended: ${how}`),
  });
  const reporting = new Reporting(nodes, randomFrom(options.seed));
  try {
    const { profile } = options;
    await monitor.start(profile === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` });
    await whenReady(seats.monitor, never);
    reporting.start();
    // Every chain is read once, and every node has reported.
    await delay(3 * REPORT_EVERY_S * 1000);
    const alone = await costOf(monitor, options.seconds * 1000);
    const browser = await startChromium();
    const page = await DeskPage.open(browser, seats.monitor.url);
    const watched = await costOf(monitor, options.seconds * 1000);
    for (const [how, { cores, reports }] of [
      ['alone', alone],
      ['with a page that watches', watched],
    ] as const) {
      // A busy machine may let it read fewer than are made: what counts is what all of them would take.
      const needed = (cores * options.seconds * (nodes.length / REPORT_EVERY_S)) / reports;
      note(`${how}: ${cores.toFixed(2)} of a core over ${options.seconds} s in which it read ${reports} reports;`);
      note(
        `  ${((1000 * cores * options.seconds) / reports).toFixed(1)} ms a report, ${needed.toFixed(2)} of a core for all`,
      );
      if (needed > MOST_CORES) fault(`that is more than ${MOST_CORES} of a core`);
    }
    note(`asked for reports ${serving.asked.times} times`);
    reporting.stop();
    const shown = await mustShow(seats.monitor.url, reporting, { note, fault });
    await page.close();
    await everyLook(browser, seats.monitor.url, { options, note, fault });
    await browser.close();
    await monitor.stop();
    const store = join(seats.monitor.dir, 'coverage.sqlite');
    const waiting = waitingScansIn(store);
    note(`${waiting} scans wait, of groups that too few are behind`);
    if (shown + waiting !== reporting.scans) fault(`${shown} shown and ${waiting} waiting are not ${reporting.scans}`);
    for (const line of growthOf(store)) note(line);
  } finally {
    reporting.stop();
    await monitor.stop();
    serving.close();
    await national.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Has every node report, each at its own moment of every ten seconds, and knows what they all said. */
class Reporting {
  readonly #nodes: readonly SimulatedNode[];
  readonly #lots: ReadonlyMap<string, readonly Lot[]>;
  readonly #timers: NodeJS.Timeout[] = [];
  scans = 0;
  readonly watchedMs: number[] = [];

  constructor(nodes: readonly SimulatedNode[], random: () => number) {
    this.#nodes = nodes;
    const gateways = nodes.filter(({ kind }) => kind === 'gateway');
    const each = Math.round((SCANS_A_SECOND * REPORT_EVERY_S) / gateways.length);
    this.#lots = new Map(
      gateways.map(({ party, province }) => [
        party.entityId,
        Array.from({ length: LOTS }, () => lotAt(province, each, random)),
      ]),
    );
  }

  start(): void {
    for (const [at, node] of this.#nodes.entries()) {
      const first = (at * REPORT_EVERY_S * 1000) / this.#nodes.length;
      this.#timers.push(
        setTimeout(() => {
          let turn = at;
          const report = () => {
            this.#report(node, turn);
            turn += 1;
          };
          report();
          this.#timers.push(setInterval(report, REPORT_EVERY_S * 1000));
        }, first),
      );
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #report({ kind, party, province, reports }: SimulatedNode, turn: number): void {
    if (kind === 'issuer') {
      reports.seal(statedBy(province, (SCANS_A_SECOND * REPORT_EVERY_S) / (this.#nodes.length / 2)));
      return;
    }
    const lot = this.#lots.get(party.entityId)?.[turn % LOTS];
    if (lot === undefined) return;
    reports.seal(lot.groups);
    this.scans += lot.scans;
    for (const ms of lot.watchedMs) this.watchedMs.push(ms);
  }
}

/** What part of a core the monitor took over a time, and how many reports it read in it. */
async function costOf({ pid, seat }: NodeProcess, overMs: number) {
  const read = async () => (await metricOf(seat, 'huren_coverage_reports_total')) ?? 0;
  const [beforeS, readBefore, startedMs] = [cpuSecondsOf(pid), await read(), performance.now()];
  await delay(overMs);
  const cores = ((cpuSecondsOf(pid) - beforeS) * 1000) / (performance.now() - startedMs);
  return { cores, reports: (await read()) - readBefore };
}

/** proc(5): user and system time are members 14 and 15 of `stat`, in hundredths of a second. */
function cpuSecondsOf(pid: number | null): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const members = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(members[11]) + Number(members[12])) / 100;
}

/**
 * Gives how many scans are shown once that no longer changes, and sees that the p95 of four gateways' sketches is as near
 * the true one as is said.
 */
async function mustShow(
  url: string,
  reporting: Reporting,
  { note, fault }: Pick<DeskNotes, 'note' | 'fault'>,
): Promise<number> {
  const read = async (): Promise<Coverage | null> => {
    const signal = AbortSignal.timeout(SHOWS_WITHIN_MS);
    const reply = await fetch(`${url}/v1/coverage?window=24h`, { signal }).catch(() => null);
    const text = await reply?.text();
    return coverageSchema.safeParse(jsonOrUndefined(text ?? '')).data ?? null;
  };
  let coverage = await read();
  await becomesTrue(async () => {
    // A look at the whole country is work, and each node is asked every ten seconds for its last report.
    await delay(1_500 * REPORT_EVERY_S);
    const before = coverage?.totals.presented;
    coverage = (await read()) ?? coverage;
    return coverage !== null && coverage.totals.presented === before;
  }, ARRIVES_WITHIN_MS);
  note(`${coverage?.totals.presented} scans are shown of ${reporting.scans}, in ${coverage?.cells.length} cells`);
  const cell = coverage?.cells.find((one) => one.issuer === WATCHED.issuer && one.destination === WATCHED.destination);
  const sorted = reporting.watchedMs.toSorted((a, b) => a - b);
  const trueMs = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  const off = Math.abs((cell?.p95_ms ?? 0) - trueMs) / trueMs;
  note(
    `p95 of ${sorted.length} scans is ${trueMs.toFixed(2)} ms, shown as ${cell?.p95_ms.toFixed(2)} ms: off by ${(100 * off).toFixed(1)} %`,
  );
  if (off > SKETCH_ERROR) fault(`that is more than ${(100 * SKETCH_ERROR).toFixed(1)} %`);
  // They have stopped reporting by now, and a busy machine is late to answer for all of them.
  const wrong = coverage?.nodes.filter(({ faults }) => faults.some((one) => one !== 'unreachable')) ?? [];
  if (wrong.length > 0) fault(`${wrong.length} nodes have faults: ${JSON.stringify(wrong[0])}`);
  return coverage?.totals.presented ?? 0;
}
