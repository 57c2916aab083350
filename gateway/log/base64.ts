/** Standard Base64 (RFC 4648 section 4) without node's Buffer, so that a browser reads the log as well. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Strictly: undefined unless encoding the result gives the same text again. */
export function decodeBase64(encoded: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return encodeBase64(bytes) === encoded ? bytes : undefined;
  } catch {
    return undefined;
  }
}
