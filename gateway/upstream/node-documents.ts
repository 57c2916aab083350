import { textOf } from '../../adapters/drivers/reply-text.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { type CredentialDocuments, credentialDocumentsSchema } from '../../schemas/credential-documents.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { UpstreamClient } from './upstream-client.ts';

/**
 * What a node decides certificates with, from the node itself (`GET /v1/credential-documents`), over a wire that is closed
 * afterwards: it is asked for once an hour. Nothing of it counts before its signatures. Throws UpstreamError.
 */
export async function fetchCredentialDocuments(client: UpstreamClient): Promise<CredentialDocuments> {
  try {
    const reply = await client.fetch({ method: 'GET', path: '/v1/credential-documents', headers: {} });
    const parsed = credentialDocumentsSchema.safeParse(jsonOrUndefined(textOf(reply, 'UTF-8')));
    if (reply.status !== 200 || !parsed.success) {
      throw new UpstreamError('malformed', 'the node shows no lists and rules of certificates');
    }
    return parsed.data;
  } finally {
    await client.close();
  }
}
