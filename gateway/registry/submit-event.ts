import type { Actor } from '../keys/actor.ts';
import { type CheckSettings, checkSubmission } from './adapter-check.ts';
import type { FoldState, VersionRecord } from './fold-state.ts';
import { digestOf } from './manifest-text.ts';
import { RegistryError } from './registry-error.ts';
import type { Receipt, WritableRegistry } from './writable-registry.ts';

export interface SubmissionParts {
  readonly registry: WritableRegistry;
  /** This gateway in the registry: it signs what its conformance kit found. */
  readonly registrar: Actor;
  readonly check: CheckSettings;
}

/** What is posted: the event, and with `adapter_submitted` the exact text of the scenarios that its digest stands for. */
export interface Submission {
  readonly event: string;
  readonly scenarios: string | null;
}

/**
 * Takes an event into the log. An adapter is checked by the kit in the same step, so that there is no submitted version
 * of which nobody knows whether it passes. Answers when the entry is durable and in force. Throws RegistryError.
 */
export async function submitEvent(parts: SubmissionParts, { event, scenarios }: Submission): Promise<Receipt> {
  const { registry, registrar, check } = parts;
  // Decided first, so that a stranger cannot have us run the kit.
  const rehearsed = await registry.rehearse(event);
  const version = newVersion(rehearsed);
  if (version === undefined) return await registry.submit(event);
  if (scenarios === null || digestOf(scenarios) !== version.record.scenarios_digest) {
    throw new RegistryError('scenarios_missing', 'the scenarios did not come along, or are others');
  }
  if (rehearsed.entities.get(registrar.entityId)?.state !== 'enrolled') {
    throw new RegistryError('registry_unavailable', 'this gateway is not enrolled and cannot sign its checks');
  }
  const { manifest, manifest_digest } = version.record;
  const checked = await checkSubmission({ manifest, scenarios }, rehearsed, check);
  const { province, division } = version;
  return await registry.submit(event, (draft) =>
    draft.sign(registrar, 'adapter_checked', {
      province,
      ...(division === undefined ? {} : { division }),
      version: version.record.version,
      manifest_digest,
      ...checked,
    }),
  );
}

/** The adapter version that the last event of a state submitted, if it did. */
function newVersion({ adapters, size }: FoldState) {
  for (const { province, division, versions } of adapters.values()) {
    const record: VersionRecord | undefined = versions.at(-1);
    if (record?.submitted.index === size - 1) return { province, division, record };
  }
  return undefined;
}
