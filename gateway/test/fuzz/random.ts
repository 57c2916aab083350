/** A whole number from 0 up to, and without, `below`. */
export type Random = (below: number) => number;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=+/ "{}[]:,\\\n\u0000\u00e9';

/**
 * A small generator with a seed (sfc32), so that every finding can be had again. Each `stream` of a seed is a sequence of
 * its own: with less state than this, one case would draw what another one draws, a little later.
 */
export function randomFrom(seed: number, stream = 0): Random {
  let [a, b, c, drawn] = [seed | 0, stream | 0, 0, 1];
  const next = () => {
    const sum = (a + b + drawn) | 0;
    drawn = (drawn + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let mixed = 0; mixed < 12; mixed += 1) next();
  return (below) => (below <= 0 ? 0 : next() % below);
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
