import { hash } from 'node:crypto';

const GROUP = 4;

/** The SHA-256 of a text in groups of four hex digits, for two people to compare by voice. */
export function digestGroups(text: string): string {
  const hex = hash('sha256', text, 'hex');
  return Array.from({ length: hex.length / GROUP }, (_, at) => hex.slice(at * GROUP, (at + 1) * GROUP)).join(' ');
}
