import type { ServerResponse } from 'node:http';

/** A signed entity configuration as it is served, wherever it was signed. */
export interface FederationDocument {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Where an entity shows its configuration. */
export const FEDERATION_PATH = '/.well-known/openid-federation';

/** The document at an address of this machine. Rejects where nobody answers. */
export async function fetchedFrom(url: string): Promise<FederationDocument> {
  const reply = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  const type = reply.headers.get('content-type') ?? 'application/octet-stream';
  return { status: reply.status, type, text: await reply.text() };
}

/** Answers with a document, and with 502 where it cannot be had. */
export function showDocument(document: Promise<FederationDocument>, response: ServerResponse): void {
  document
    .then(({ status, type, text }) => response.writeHead(status, { 'content-type': type }).end(text))
    .catch(() => response.writeHead(502).end());
}
