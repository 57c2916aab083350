/** A text of its own: one that was cut from a reply would keep all of the reply. */
export function apart(text: string): string {
  const own = Buffer.from(text, 'latin1').toString('latin1');
  return own === text ? own : Buffer.from(text, 'utf16le').toString('utf16le');
}
