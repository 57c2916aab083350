import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import {
  type CoverageReport,
  type CoverageReports,
  MOST_REPORTS_A_REPLY,
  REPORT_EVERY_S,
} from '../../schemas/coverage-report.ts';
import { StoreError } from '../stores/store-error.ts';
import type { StoreWatch } from '../stores/store-watch.ts';
import type { CoverageBook } from './coverage-book.ts';
import { reporterName } from './coverage-statements.ts';
import type { CoverageStore, KnownReport } from './coverage-store.ts';

/** An entity of this node that counts: what it reports is signed with its own keys. */
export interface Reporting {
  readonly entityId: string;
  readonly kind: 'gateway' | 'issuer';
  readonly province: ProvinceCode;
  readonly sign: (body: string) => Promise<string>;
}

interface Parts {
  readonly book: CoverageBook;
  readonly store: StoreWatch<CoverageStore>;
  readonly reporting: readonly Reporting[];
  /** The provinces that are not asked at the moment. */
  readonly openBreakers: () => readonly ProvinceCode[];
  readonly nowMs: () => number;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Reports what this node counted: every five seconds one report is made, numbered and chained to the one before, in the
 * same transaction that takes its counts away. It is signed when it is read, with whichever key is in use then.
 */
export class CoverageReporter {
  readonly #parts: Parts;
  readonly #timer: NodeJS.Timeout;
  readonly #openSince = new Map<ProvinceCode, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.report(), LOOK_EVERY_MS).unref();
  }

  /** Makes the reports that are due. Never rejects: what is not reported now waits in the store. */
  async report(everyS: number = REPORT_EVERY_S): Promise<void> {
    const { book, store, reporting, nowMs } = this.#parts;
    const nowS = Math.floor(nowMs() / 1000);
    const breakers = this.#breakers(nowS);
    await book.flush();
    try {
      for (const { entityId: iss, kind, province } of reporting) {
        await store.use((opened) =>
          opened.seal(reporterName(kind, province), nowS, everyS, ({ fromS: from, ...draft }) =>
            JSON.stringify({ iss, iat: nowS, from, ...draft, breakers }),
          ),
        );
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** The reports of an entity of this node after a number, oldest first; null where it reports nothing. Throws StoreError. */
  async after(entityId: string, known: KnownReport): Promise<CoverageReports | null> {
    const one = this.#parts.reporting.find((candidate) => candidate.entityId === entityId);
    if (one === undefined) return null;
    const name = reporterName(one.kind, one.province);
    const sealed = await this.#parts.store.use((store) => store.reportsAfter(name, known, MOST_REPORTS_A_REPLY));
    return { reports: await Promise.all(sealed.map(({ body }) => one.sign(body))) };
  }

  /** Reports what is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.report(0);
  }

  #breakers(nowS: number): CoverageReport['breakers'] {
    const open = new Set(this.#parts.openBreakers());
    for (const province of this.#openSince.keys()) if (!open.has(province)) this.#openSince.delete(province);
    for (const province of open) this.#openSince.set(province, this.#openSince.get(province) ?? nowS);
    return [...this.#openSince].map(([province, since]) => ({ province, since }));
  }
}
