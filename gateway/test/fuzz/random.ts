/** A whole number from 0 up to, and without, `below`. */
export type Random = (below: number) => number;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=+/ "{}[]:,\\\n\u0000\u00e9';

/** A small generator with a seed (splitmix32), so that every finding can be had again. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return below <= 0 ? 0 : (mixed >>> 0) % below;
  };
}

/** One of them. Throws where there is none. */
export function oneOf<T>(random: Random, choices: readonly T[]): T {
  for (const chosen of choices.slice(random(choices.length))) return chosen;
  throw new Error('nothing to choose from');
}

/** A text with one small change in it: something gone, put in, cut off, said twice or nested deeply. */
export function alterText(text: string, random: Random): string {
  const at = random(text.length + 1);
  const char = ALPHABET.charAt(random(ALPHABET.length));
  switch (random(7)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + char + text.slice(at);
    case 2:
      return text.slice(0, at);
    case 3:
      return text.slice(0, at) + text.slice(at, at + 1 + random(40)).repeat(2) + text.slice(at);
    case 4:
      return text.slice(0, at) + '[{"a":'.repeat(1 + random(60)) + text.slice(at);
    default:
      return text.slice(0, at) + char + text.slice(at + 1);
  }
}
