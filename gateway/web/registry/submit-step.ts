import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { problemSchema } from '../../../schemas/problem.ts';
import type { RegistryEventBody, RegistryEventKind } from '../../../schemas/registry-event.ts';
import { entityListSchema, receiptSchema } from '../../../schemas/registry-views.ts';
import { OPERATOR_TEXTS, refusedText } from '../../../schemas/texts/operator.ts';
import { decodeBase64 } from '../../log/base64.ts';
import { leafHash, verifyInclusion } from '../../log/merkle.ts';
import { signEvent } from '../../trust/registry-event.ts';
import { createSigner } from '../../trust/signer.ts';
import { say } from '../shell/language.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { verified } from './log-standing.ts';
import type { OperatorKey } from './operator-key.ts';
import { type RegistryView, read } from './registry-view.ts';

const ANSWER_WITHIN_MS = 60_000;

/** Signs and posts this operator's events. */
export interface EventSigner {
  readonly entityId: string;
  readonly key: OperatorKey;
  readonly view: RegistryView;
}

/** Signs and posts an entity's next event, and proves the receipt. Gives null, or in words why it is not to be relied on. */
export async function submitStep<K extends RegistryEventKind>(
  { entityId, key, view }: EventSigner,
  kind: K,
  body: RegistryEventBody<K>,
): Promise<string | null> {
  const query = new URLSearchParams({ entity_id: entityId });
  const [entity] = (await read(`/v1/registry/entities?${query}`, entityListSchema))?.entities ?? [];
  if (entity === undefined) return say(OPERATOR_TEXTS.no_answer);
  const { seq, prev } = entity;
  const signer = createSigner(key.kid, 'ES256', key.privateKey);
  const { jws } = await signEvent(signer, { entityId, seq, prev }, { kind, body }, Math.floor(Date.now() / 1000));
  const headers = { 'content-type': 'application/jose' };
  const reply = await askOwnGateway('/v1/registry/events', { method: 'POST', headers, body: jws }, ANSWER_WITHIN_MS);
  if (reply === null) return say(OPERATOR_TEXTS.no_answer);
  if (reply.status !== 201) return refusalText(reply.text);
  return isReceiptFor(jws, reply.text, view) ? null : say(OPERATOR_TEXTS.receipt_wrong);
}

/** Under a head that the log's pinned keys signed, the very event that was posted. */
function isReceiptFor(jws: string, text: string, { standing }: RegistryView): boolean {
  const { data } = receiptSchema.safeParse(jsonOrUndefined(text));
  if (data === undefined || 'fault' in standing) return false;
  const head = verified(data.checkpoint, standing.keys);
  const proof = data.inclusion_proof.flatMap((hash) => decodeBase64(hash) ?? []);
  if (head === null) return false;
  const { size, root } = head;
  return verifyInclusion({ index: data.index, size, leafHash: leafHash(new TextEncoder().encode(jws)), proof, root });
}

function refusalText(text: string): string {
  const { data } = problemSchema.safeParse(jsonOrUndefined(text));
  if (data === undefined) return say(OPERATOR_TEXTS.no_answer);
  return say(refusedText(data.text, data.detail ?? data.code, data.next));
}
