import type { AsOf } from '../../schemas/manifest.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { withAsOf } from './as-of.ts';

/** What a simulated system knows about one token. `asOfAgeS` null leaves the record's own as-of member alone. */
export type Entry =
  | { readonly kind: 'record'; readonly record: JsonValue; readonly asOfAgeS: number | null }
  | { readonly kind: 'expired' };

export const MAX_POSTED_RECORDS = 10_000;

/** The records of one simulated system: the scenarios' for good, posted ones up to a bound, the oldest given up first. */
export class RecordBook {
  readonly #scenarios = new Map<string, Entry>();
  readonly #posted = new Map<string, Entry>();
  readonly #asOf: AsOf;

  constructor(asOf: AsOf) {
    this.#asOf = asOf;
  }

  addScenario(token: string, entry: Entry): void {
    this.#scenarios.set(token, entry);
  }

  addPosted(token: string, record: JsonValue): void {
    this.#posted.set(token, { kind: 'record', record, asOfAgeS: null });
    if (this.#posted.size > MAX_POSTED_RECORDS) {
      for (const oldest of this.#posted.keys()) {
        this.#posted.delete(oldest);
        break;
      }
    }
  }

  /** The record as the system would show it at `nowMs`, `expired`, or null for a token it never issued. */
  look(token: string, nowMs: number): { readonly record: JsonValue } | 'expired' | null {
    const entry = this.#scenarios.get(token) ?? this.#posted.get(token);
    if (entry === undefined) return null;
    if (entry.kind === 'expired') return 'expired';
    return { record: this.render(entry, nowMs) };
  }

  render(entry: Extract<Entry, { kind: 'record' }>, nowMs: number): JsonValue {
    return entry.asOfAgeS === null ? entry.record : withAsOf(entry.record, this.#asOf, nowMs - entry.asOfAgeS * 1000);
  }
}
