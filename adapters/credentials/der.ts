/** One element of DER (ITU-T X.690): its tag, its content, and all its octets. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly whole: Uint8Array<ArrayBuffer>;
}

export const DER = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;
const LONG_FORM = 0x80;
const MAX_LENGTH_OCTETS = 3;

/** The elements inside `octets`, in order. Null where they are not DER to the last octet. */
export function derElements(octets: Uint8Array<ArrayBuffer>): DerElement[] | null {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < octets.length) {
    const element = elementAt(octets, at);
    if (element === null) return null;
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** The elements inside the one element that `octets` are, where it has this tag; else null. */
export function derInside(octets: Uint8Array<ArrayBuffer>, tag: number): DerElement[] | null {
  const outer = elementAt(octets, 0);
  if (outer === null || outer.tag !== tag || outer.whole.length !== octets.length) return null;
  return derElements(outer.content);
}

/** An object identifier in dotted form; null where it is none. */
export function objectIdOf(element: DerElement | undefined): string | null {
  if (element?.tag !== DER.objectId || element.content.length === 0) return null;
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of element.content) {
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) return null;
    if ((octet & 0x80) !== 0) continue;
    if (arcs.length === 0) arcs.push(Math.min(Math.floor(arc / 40), 2), arc - Math.min(Math.floor(arc / 40), 2) * 40);
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

function elementAt(octets: Uint8Array<ArrayBuffer>, at: number): DerElement | null {
  const [tag, first] = [octets[at], octets[at + 1]];
  // A tag number of 31 and more goes on in further octets: no certificate has one.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null;
  let start = at + 2;
  let length = first;
  if (first >= LONG_FORM) {
    const octetCount = first - LONG_FORM;
    if (octetCount === 0 || octetCount > MAX_LENGTH_OCTETS) return null;
    length = 0;
    for (let index = 0; index < octetCount; index += 1) length = length * 256 + (octets[start + index] ?? 0);
    start += octetCount;
  }
  if (start + length > octets.length) return null;
  return { tag, content: octets.subarray(start, start + length), whole: octets.subarray(at, start + length) };
}
