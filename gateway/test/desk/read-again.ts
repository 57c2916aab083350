import { join } from 'node:path';
import { coverageReportSchema, coverageReportsSchema } from '../../../schemas/coverage-report.ts';
import type { KnownReport } from '../../coverage/coverage-store.ts';
import { openSqliteCoverage } from '../../coverage/store-sqlite.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import type { Nation } from '../../sandbox/nation/nation.ts';
import { sha256Base64url } from '../../trust/sha256.ts';
import { NodeTokens } from '../../upstream/node-tokens.ts';

/**
 * Reads every report of every node once more, from the first one on, and folds each into the store of the monitor, which
 * does not run meanwhile, until it must be known. How many there were, by what came of them.
 */
export async function readEveryReportAgain(nation: Nation): Promise<ReadonlyMap<string, number>> {
  const { seat } = nation.monitor;
  const keys = openKeyStore({ setting: null, dataDir: seat.dir });
  const store = await openSqliteCoverage(join(seat.dir, 'coverage.sqlite'), { withholdBelow: 1 });
  const outcomes = new Map<string, number>();
  try {
    const nowMs = Date.now;
    const ring = await keys.openRing('monitor', 'attestation', { nowS: Math.floor(nowMs() / 1000) });
    const asker = { entityId: seat.url, signer: () => ring.signer };
    const tokens = new NodeTokens(nowMs);
    for (const { destination, issuer } of nation.provinces.values()) {
      for (const { url } of [destination.seat, issuer.seat]) {
        const get = (address: string) =>
          tokens.present(asker, url, (token) => fetch(address, { headers: { authorization: `Bearer ${token}` } }));
        for await (const token of reportsOf(url, get)) {
          const payload = token.split('.')[1] ?? '';
          const report = coverageReportSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
          const received = { report, digest: await sha256Base64url(payload), receivedS: Math.floor(nowMs() / 1000) };
          // One that was made since the monitor stopped comes next; from then on it is known.
          await store.fold(received);
          const outcome = await store.fold(received);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      }
    }
  } finally {
    await store.close();
    keys.close();
  }
  return outcomes;
}

/** A node's reports that are kept, oldest first. */
async function* reportsOf(url: string, get: (address: string) => Promise<Response>): AsyncGenerator<string> {
  for (let known: KnownReport = { epoch: null, number: 0 }; ; ) {
    const query = new URLSearchParams({
      after: String(known.number),
      ...(known.epoch === null ? {} : { epoch: known.epoch }),
    });
    const reply = await get(`${url}/v1/coverage/reports?${query}`);
    const { reports } = coverageReportsSchema.parse(await reply.json());
    yield* reports;
    const last = reports.at(-1)?.split('.')[1];
    if (last === undefined) return;
    const { epoch, number } = coverageReportSchema.parse(JSON.parse(Buffer.from(last, 'base64url').toString('utf8')));
    known = { epoch, number };
  }
}
