import type { AsOf } from '../../schemas/manifest.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { withAsOf } from '../with-as-of.ts';

/**
 * What a simulated system knows about one subject: `token` is what a gateway takes from the code, the subject what the
 * system is asked about. `asOfAgeS` null leaves the record's own as-of member alone.
 */
export type Entry =
  | { readonly kind: 'record'; readonly token: string; readonly record: JsonValue; readonly asOfAgeS: number | null }
  | { readonly kind: 'expired' };

/** A record as the system shows it now. */
export interface Shown {
  readonly token: string;
  readonly record: JsonValue;
}

export const MAX_POSTED_RECORDS = 10_000;

/** The records of one simulated system: the scenarios' for good, posted ones up to a bound, the oldest given up first. */
export class RecordBook {
  readonly #scenarios = new Map<string, Entry>();
  readonly #posted = new Map<string, Entry>();
  readonly #asOf: AsOf;

  constructor(asOf: AsOf) {
    this.#asOf = asOf;
  }

  addScenario(subject: string, entry: Entry): void {
    this.#scenarios.set(subject, entry);
  }

  addPosted(subject: string, token: string, record: JsonValue): void {
    this.#posted.set(subject, { kind: 'record', token, record, asOfAgeS: null });
    if (this.#posted.size > MAX_POSTED_RECORDS) {
      for (const oldest of this.#posted.keys()) {
        this.#posted.delete(oldest);
        break;
      }
    }
  }

  /** The record as the system would show it at `nowMs`, `expired`, or null for a subject that it never issued. */
  look(subject: string, nowMs: number): Shown | 'expired' | null {
    const entry = this.#scenarios.get(subject) ?? this.#posted.get(subject);
    if (entry === undefined) return null;
    if (entry.kind === 'expired') return 'expired';
    const { token, record, asOfAgeS } = entry;
    return { token, record: asOfAgeS === null ? record : withAsOf(record, this.#asOf, nowMs - asOfAgeS * 1000) };
  }
}
