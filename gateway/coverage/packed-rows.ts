import { type CoverageGroup, UNTOLD } from '../../schemas/coverage-report.ts';
import { ANY_KIND } from './coverage-groups.ts';
import { type PackedGroup, unpackGroups } from './packed-groups.ts';
import { Tally } from './tally.ts';

/**
 * Which row of sums: of `part` `any`, all kinds of venues of one destination together; `each`, one by one; `stated`, what one
 * issuer stated. A window over the country reads the first alone, a tenth of everything; a report is added to rows of its
 * sender's province and no other.
 */
export interface PackedRowName {
  readonly span: number;
  readonly minute: number;
  readonly province: string;
  readonly part: string;
}

/** Groups of one row that are added up before it is written. */
export class PackedRow {
  readonly name: PackedRowName;
  readonly #groups = new Map<string, PackedGroup>();

  constructor(name: PackedRowName) {
    this.name = name;
  }

  tally(destination: string, issuer: string, venueKind: string): Tally {
    const key = `${destination} ${issuer} ${venueKind}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known.tally;
    const tally = new Tally();
    this.#groups.set(key, { destination, issuer, venueKind, tally });
    return tally;
  }

  /** Throws RangeError. */
  addPacked(packed: Uint8Array): void {
    unpackGroups(packed, (...name) => this.tally(...name));
  }

  groups(): Iterable<PackedGroup> {
    return this.#groups.values();
  }
}

/** Rows that something is added to, each once however much that is. */
export class PackedRows {
  readonly #rows = new Map<string, PackedRow>();

  row(name: PackedRowName): PackedRow {
    const key = `${name.span} ${name.minute} ${name.province} ${name.part}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const made = new PackedRow(name);
    this.#rows.set(key, made);
    return made;
  }

  /** A group that was counted, into its own row and into the one of all kinds of venues. */
  add(span: number, minute: number, { destination, issuer, venue_kind: kind, counts }: CoverageGroup): void {
    const at = { span, minute: minute - (minute % span) };
    if (kind === UNTOLD) {
      this.row({ ...at, province: issuer, part: 'stated' })
        .tally(destination, issuer, kind)
        .addCounts(counts);
      return;
    }
    this.row({ ...at, province: destination, part: 'each' })
      .tally(destination, issuer, kind)
      .addCounts(counts);
    this.row({ ...at, province: destination, part: 'any' })
      .tally(destination, issuer, ANY_KIND)
      .addCounts(counts);
  }

  all(): Iterable<PackedRow> {
    return this.#rows.values();
  }
}
