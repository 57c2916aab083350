import { unframed } from '../schemas/scanned-text.ts';
import type { Recognise } from './recogniser.ts';

const SEPARATORS = /[\p{Cc}\p{Z}]+/u;
const MAX_PARTS = 8;
/** Longer text is not looked at place by place: it is no pair of short codes, and a stranger would set our work. */
const MAX_GLUED_LENGTH = 256;
const SHORTEST_CODE = 4;

/**
 * Whether a text that nobody recognises is two codes or more that a scanner ran together, with or without a line end
 * between them. It stays refused: which of them was meant, only the person who scans can tell.
 */
export function isGlued(text: string, recognise: Recognise): boolean {
  const isCode = (part: string) => recognise(unframed(part)) !== null;
  const half = text.length / 2;
  if (text.slice(0, half) === text.slice(half)) return isCode(text.slice(0, half));
  const parts = text.split(SEPARATORS, MAX_PARTS + 1);
  if (parts.length > 1) return parts.length <= MAX_PARTS && parts.every(isCode);
  if (text.length > MAX_GLUED_LENGTH) return false;
  for (let at = SHORTEST_CODE; at <= text.length - SHORTEST_CODE; at += 1) {
    if (isCode(text.slice(0, at)) && isCode(text.slice(at))) return true;
  }
  return false;
}
