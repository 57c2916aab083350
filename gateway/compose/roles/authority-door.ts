import { openLocalDoor } from '../../registry/local-door.ts';
import { openHttpDoor, type PostJson, type RegistryDoor } from '../../registry/registry-door.ts';
import type { SubmissionParts } from '../../registry/submit-event.ts';
import type { NodeParts } from '../node-parts.ts';

/** As long as the registry may take to try a submission against its upstream. */
const SUBMIT_WITHIN_MS = 15_000;

/** Where an authority writes: its own registry, or over the network the one that is followed. Null: there is neither. */
export function openAuthorityDoor(parts: NodeParts, submission: SubmissionParts | null): RegistryDoor | null {
  const { config, registry, documents } = parts;
  const nowS = () => Math.floor(parts.nowMs() / 1000);
  if (submission !== null) return openLocalDoor(submission, nowS);
  const { logUrl } = config;
  if (logUrl === null) return null;
  const post: PostJson = async (path, body) => {
    const sent = { mediaType: 'application/json', body: JSON.stringify(body) };
    const { status, bytes } = await documents.below(logUrl).post(path, sent, { timeoutMs: SUBMIT_WITHIN_MS });
    return { status, text: Buffer.from(bytes).toString('utf8') };
  };
  return openHttpDoor({ registry: registry.registry, post, nowS });
}
