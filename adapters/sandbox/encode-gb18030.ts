const LEAD = { first: 0x81, last: 0xfe } as const;
const TRAIL = { first: 0x40, last: 0xfe } as const;

let pairs: ReadonlyMap<string, readonly [number, number]> | null = null;

/**
 * A text as GB18030, for stand-ins of systems that answer so: the platform decodes it and does not write it. Letters of
 * ASCII and what two bytes can say, which is all of GBK. Throws for any other letter.
 */
export function encodeGb18030(text: string): Uint8Array {
  pairs ??= readPairs();
  const bytes: number[] = [];
  for (const letter of text) {
    const point = letter.codePointAt(0) ?? 0;
    const pair = pairs.get(letter);
    if (point < 0x80) bytes.push(point);
    else if (pair !== undefined) bytes.push(...pair);
    else throw new Error('a fixture holds a letter that GBK does not have');
  }
  return Uint8Array.from(bytes);
}

function readPairs(): Map<string, readonly [number, number]> {
  const decoder = new TextDecoder('gb18030', { fatal: true });
  const found = new Map<string, readonly [number, number]>();
  for (let lead: number = LEAD.first; lead <= LEAD.last; lead += 1) {
    for (let trail: number = TRAIL.first; trail <= TRAIL.last; trail += 1) {
      const letter = decodedOrNull(decoder, lead, trail);
      if (letter !== null && !found.has(letter)) found.set(letter, [lead, trail]);
    }
  }
  return found;
}

function decodedOrNull(decoder: TextDecoder, ...pair: [number, number]): string | null {
  try {
    return decoder.decode(Uint8Array.from(pair));
  } catch {
    return null;
  }
}
