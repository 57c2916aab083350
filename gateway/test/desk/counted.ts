import { type Coverage, coverageSchema } from '../../../schemas/coverage.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import type { Nation, RunningProvince } from '../../sandbox/nation/nation.ts';
import type { Seat } from '../../sandbox/nation/plan.ts';
import { becomesTrue, getText, metricsOf } from '../../sandbox/nation/questions.ts';
import { randomFrom } from '../chaos/random.ts';
import { DeskPage } from './desk-page.ts';
import { KnownScans, outcomeOf, venueClient } from './known-scans.ts';
import { readEveryReportAgain } from './read-again.ts';
import type { DeskRun } from './run.ts';
import { increase, Tally } from './tally.ts';

const A_BATCH = 100;
const ARRIVES_WITHIN_MS = 90_000;
const SHOWN_WITHIN_MS = 15_000;
const VERIFICATIONS =
  /^huren_verifications_total\{issuer="(\d+)",destination="(\d+)",status="(\w+)",decision="(\w+)"\} (\d+)$/gm;

/**
 * Scans with known outcomes, in rounds, with something killed or stopped between any two: in the end `/v1/coverage`, the
 * metrics and the page say exactly what was scanned, and go on saying it after every report was read a second time.
 */
export async function counted({ nation, browser, options, note, fault }: DeskRun): Promise<void> {
  const known = await KnownScans.read(nation, randomFrom(options.seed));
  const provinces = [...nation.provinces.values()];
  const [first, second, third, fourth] = provinces;
  if (first === undefined || second === undefined || third === undefined || fourth === undefined) return;
  const tally = new Tally();
  const lives = new Map<string, number>();
  const endLife = async ({ destination }: RunningProvince) => {
    for (const [name, n] of await verificationsOf(destination.seat)) increase(lives, name, n);
  };
  const round = async (at: readonly RunningProvince[], from = provinces) => {
    const share = Math.ceil(options.scans / ROUNDS / at.length);
    await Promise.all(at.map((destination) => scanAt({ nation, known, tally, fault }, destination, share, from)));
  };

  await round(provinces);
  await nation.monitor.kill();
  await round(provinces);
  await nation.monitor.start();
  // What was counted is in the store once coverage of its own was read.
  await ownCoverage(first);
  await endLife(first);
  await first.destination.kill();
  await round([second, third, fourth]);
  await first.destination.start();
  await endLife(second);
  await second.destination.stop();
  await nation.monitor.kill();
  await second.destination.start();
  await round(provinces);
  await nation.monitor.start();
  await third.issuer.kill();
  await round(provinces, [first, second, fourth]);
  await third.issuer.start();
  await round(provinces);
  note(`${tally.scans} scans, ${tally.refusals} of them refused; three nodes and the monitor were killed or stopped`);

  await mustAgree({ nation, tally, fault, when: 'after the last scan' });
  for (const province of provinces) await endLife(province);
  for (const line of tally.differencesFromMetrics(lives)) fault(line);
  const page = await DeskPage.open(browser, nation.monitor.seat.url);
  await pageMustAgree(page, tally, fault);
  await nation.monitor.stop();
  const again = await readEveryReportAgain(nation);
  await nation.monitor.start();
  const unknown = [...again].filter(([outcome]) => outcome !== 'known');
  if (again.size === 0) fault('there was no report to read again');
  for (const [outcome, n] of unknown) fault(`${n} reports that were read again are ${outcome}`);
  note(`${again.get('known') ?? 0} reports were read and folded a second time`);
  await mustAgree({ nation, tally, fault, when: 'after every report was read twice' });
  await pageMustAgree(page, tally, fault);
  await page.close();
  note('coverage, metrics and page agree with what was scanned, unless a fault is named');
}

const ROUNDS = 6;

type Scanning = Pick<DeskRun, 'nation' | 'fault'> & { readonly known: KnownScans; readonly tally: Tally };

async function scanAt(
  { nation, known, tally, fault }: Scanning,
  destination: RunningProvince,
  share: number,
  from: readonly RunningProvince[],
): Promise<void> {
  const client = venueClient(nation, destination);
  const { code: at, venue } = destination.plan;
  const purpose = venue.purposes[0] ?? 'venue_entry';
  const scans = known.drawn(
    at,
    share,
    from.map(({ plan }) => plan.code),
  );
  for (let from = 0; from < scans.length; from += A_BATCH) {
    const batch = scans.slice(from, from + A_BATCH);
    const results = await client.verifyBatch(batch.map(({ code }) => ({ code, purpose })));
    for (const [index, { issuer, expected }] of batch.entries()) {
      const result = results[index];
      if (result === undefined) throw new Error('a batch without a result for each');
      tally.add(issuer, at, result);
      if (outcomeOf(result) !== expected) fault(`${issuer} at ${at}: ${outcomeOf(result)}, not ${expected}`);
    }
  }
}

async function ownCoverage({ destination }: RunningProvince): Promise<void> {
  await getText(`${destination.seat.url}/v1/coverage`);
}

/** What a gateway counted in its metrics since it was started. */
async function verificationsOf(seat: Seat): Promise<ReadonlyMap<string, number>> {
  const text = (await metricsOf(seat)) ?? '';
  return new Map(
    [...text.matchAll(VERIFICATIONS)].map(([, issuer, destination, status, decision, n]) => [
      `${issuer} ${destination} ${status} ${decision}`,
      Number(n),
    ]),
  );
}

async function coverageOf({ monitor }: Nation): Promise<Coverage | null> {
  const text = await getText(`${monitor.seat.url}/v1/coverage?window=24h`);
  return coverageSchema.safeParse(jsonOrUndefined(text ?? '')).data ?? null;
}

interface Agreement extends Pick<DeskRun, 'nation' | 'fault'> {
  readonly tally: Tally;
  readonly when: string;
}

async function mustAgree({ nation, tally, fault, when }: Agreement): Promise<void> {
  let left = ['nothing could be read'];
  const agrees = async () => {
    const coverage = await coverageOf(nation);
    if (coverage !== null) left = tally.differencesFrom(coverage);
    return left.length === 0;
  };
  if (await becomesTrue(agrees, ARRIVES_WITHIN_MS)) return;
  for (const line of left) fault(`${when}: ${line}`);
}

async function pageMustAgree(page: DeskPage, tally: Tally, fault: DeskRun['fault']): Promise<void> {
  let left: string[] = [];
  const agrees = async () => {
    left = tally.differencesFromPage(await page.cells());
    const refused = await page.refused();
    if (refused !== tally.refusals) left.push(`page: ${refused} refused, not ${tally.refusals}`);
    return left.length === 0;
  };
  if (await becomesTrue(agrees, SHOWN_WITHIN_MS)) return;
  for (const line of left) fault(line);
}
