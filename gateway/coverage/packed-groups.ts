import { LATENCY_CLASSES } from './latency-sketch.ts';
import { isCounts } from './packed-counts.ts';
import type { Tally } from './tally.ts';

/** What was counted of one issuer at one kind of venue of one destination, by names as they stand in a store. */
export interface PackedGroup {
  readonly destination: string;
  readonly issuer: string;
  readonly venueKind: string;
  readonly tally: Tally;
}

/** Where what is unpacked of a group is added to; null: nowhere. */
export type TallyOf = (destination: string, issuer: string, venueKind: string) => Tally | null;

const FORM = 1;
/** How a JSON list begins: the form that rows of older versions were brought into. */
const LIST = 0x5b;
const SEVEN_BITS = 128;

/**
 * Groups as few bytes. After the form: all names once, then all groups by places among them: three for what it is, counters
 * with their numbers, and classes of latency, each as its distance from the one before, with theirs. Numbers take seven bits
 * a byte, least first (LEB128). Most counters of a minute are below 128 and take two bytes, where JSON takes ten or fifty.
 */
export function packGroups(groups: Iterable<PackedGroup>): Uint8Array {
  const names = new Map<string, number>();
  const placeOf = (name: string) => {
    const place = names.get(name) ?? names.size;
    names.set(name, place);
    return place;
  };
  const body = new ByteWriter();
  let count = 0;
  for (const { destination, issuer, venueKind, tally } of groups) {
    for (const name of [destination, issuer, venueKind]) body.number(placeOf(name));
    body.number(tally.named.size);
    for (const [counter, n] of tally.named) {
      body.number(placeOf(counter));
      body.number(n);
    }
    packLatency(tally, body);
    count += 1;
  }
  const packed = new ByteWriter();
  packed.number(FORM);
  packed.number(names.size);
  for (const name of names.keys()) packed.text(name);
  packed.number(count);
  packed.bytes(body.written());
  return packed.written();
}

function packLatency({ latency }: Tally, body: ByteWriter): void {
  const classes = latency?.reduce((sum, n) => sum + Number(n > 0), 0) ?? 0;
  body.number(classes);
  let before = 0;
  latency?.forEach((n, rank) => {
    if (n === 0) return;
    body.number(rank - before);
    body.number(n);
    before = rank;
  });
}

/** Adds packed groups to tallies. Throws RangeError for bytes that are not packed groups. */
export function unpackGroups(packed: Uint8Array, tallyOf: TallyOf): void {
  if (packed[0] === LIST) {
    unpackList(packed, tallyOf);
    return;
  }
  const bytes = new ByteReader(packed);
  if (bytes.number() !== FORM) throw new RangeError('these are no packed groups');
  const names = Array.from({ length: bytes.countOf(1) }, () => bytes.text());
  const nameHere = () => names[bytes.number()] ?? notPacked();
  for (let groups = bytes.countOf(5); groups > 0; groups -= 1) {
    const tally = tallyOf(nameHere(), nameHere(), nameHere());
    for (let left = bytes.countOf(2); left > 0; left -= 1) {
      const [counter, n] = [nameHere(), bytes.number()];
      tally?.add(counter, n);
    }
    let rank = 0;
    for (let left = bytes.countOf(2); left > 0; left -= 1) {
      rank += bytes.number();
      const n = bytes.number();
      if (rank >= LATENCY_CLASSES) notPacked();
      tally?.addLatency(rank, n);
    }
  }
  if (!bytes.isAtEnd) notPacked();
}

/** `[[destination, issuer, kind of venue, {counter: n}], …]` */
function unpackList(packed: Uint8Array, tallyOf: TallyOf): void {
  const groups: unknown = listIn(packed);
  for (const group of Array.isArray(groups) ? groups : notPacked()) {
    const [destination, issuer, venueKind, counts]: unknown[] = Array.isArray(group) ? group : [];
    if (typeof destination !== 'string' || typeof issuer !== 'string' || typeof venueKind !== 'string') notPacked();
    else if (isCounts(counts)) tallyOf(destination, issuer, venueKind)?.addCounts(counts);
    else notPacked();
  }
}

function listIn(packed: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(packed));
  } catch {
    return null;
  }
}

function notPacked(): never {
  throw new RangeError('these are no packed groups');
}

class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** A whole number that is not negative. */
  number(n: number): void {
    this.#makeRoom(8);
    let left = n;
    while (left >= SEVEN_BITS) {
      this.#bytes[this.#length++] = (left % SEVEN_BITS) + SEVEN_BITS;
      left = Math.floor(left / SEVEN_BITS);
    }
    this.#bytes[this.#length++] = left;
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.number(bytes.length);
    this.bytes(bytes);
  }

  bytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #makeRoom(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const wider = new Uint8Array(2 * (this.#length + length));
    wider.set(this.written());
    this.#bytes = wider;
  }
}

class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  number(): number {
    let [n, weight] = [0, 1];
    for (;;) {
      const byte = this.#bytes[this.#at++] ?? notPacked();
      n += (byte % SEVEN_BITS) * weight;
      if (byte < SEVEN_BITS) break;
      weight *= SEVEN_BITS;
    }
    return Number.isSafeInteger(n) ? n : notPacked();
  }

  /** How many things follow, of so many bytes each at least: never more than there is room for. */
  countOf(leastBytes: number): number {
    const count = this.number();
    return count * leastBytes <= this.#bytes.length - this.#at ? count : notPacked();
  }

  text(): string {
    const length = this.countOf(1);
    this.#at += length;
    try {
      return this.#decoder.decode(this.#bytes.subarray(this.#at - length, this.#at));
    } catch {
      return notPacked();
    }
  }
}
