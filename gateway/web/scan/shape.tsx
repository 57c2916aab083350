import type { Face } from '../asking/face.ts';

/** Told apart without colour and from afar: a disc, a triangle, an octagon, a diamond, a square. */
const OUTLINES: Record<Face, string> = {
  pass: 'M50 4a46 46 0 1 0 .01 0Z',
  'restrict-yellow': 'M50 6 97 92H3Z',
  'restrict-red': 'M31 4h38l27 27v38l-27 27H31L4 69V31Z',
  refer: 'M50 2 98 50 50 98 2 50Z',
  unverified: 'M6 6h88v88H6Z',
  free: 'M6 20h88v60H6Z',
  problem: 'M6 6h88v88H6Z',
};
const MARKS: Record<Face, string> = {
  pass: 'M27 52 44 69 75 34',
  'restrict-yellow': 'M50 34v30M50 75v6',
  'restrict-red': 'M27 50h46',
  refer: 'M38 39c0-16 25-16 25 0 0 11-13 10-13 22M50 71v6',
  unverified: 'M30 30 70 70M70 30 30 70',
  free: 'M24 50h48M58 36l14 14-14 14',
  problem: 'M25 50h1M50 50h1M75 50h1',
};

/** The same in a list, as text. */
export const SIGNS: Record<Face, string> = {
  pass: '●',
  'restrict-yellow': '▲',
  'restrict-red': '■',
  refer: '?',
  unverified: '✗',
  free: '→',
  problem: '…',
};

export function Shape({ face }: { readonly face: Face }) {
  return (
    <svg class="shape" viewBox="0 0 100 100" aria-hidden="true" focusable="false">
      <path class="outline" d={OUTLINES[face]} />
      <path class="mark" d={MARKS[face]} />
    </svg>
  );
}
