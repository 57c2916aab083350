import { randomBytes } from 'node:crypto';
import type { Manifest } from '../../schemas/manifest.ts';
import { ownMember } from '../../schemas/own-member.ts';
import type { Fault } from '../../schemas/sandbox.ts';
import type { Scenario, Scenarios } from '../../schemas/scenarios.ts';
import { type Adapter, type AdapterAnswer, openAdapter } from '../adapter.ts';
import type { UpstreamFetch } from '../drivers/driver.ts';
import { compileRecognisers } from '../recogniser.ts';
import { UpstreamError, type UpstreamErrorCode } from '../upstream-error.ts';
import { type Detail, detail } from './finding.ts';
import type { FetchLimits } from './probe-fetch.ts';

/** A code of the upstream that is tried, and the scenario that says what must come of it. */
export interface LiveCode {
  readonly code: string;
  readonly scenario: Scenario;
}

/** An upstream to try. `setFault` is null where it offers no faults. */
export interface LiveTarget {
  readonly manifest: Manifest;
  readonly scenarios: Scenarios;
  readonly codes: readonly LiveCode[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly fetchWithin: (limits: FetchLimits) => UpstreamFetch;
  readonly nowMs: () => number;
  readonly setFault: ((fault: Fault) => void) | null;
}

export interface TargetChanges {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly skewMs?: number;
  readonly timeoutMs?: number;
}

/** A fresh adapter on the target, with one thing changed. Its sessions are its own. */
export function openTarget(target: LiveTarget, changes: TargetChanges = {}): Adapter {
  const { manifest, nowMs } = target;
  const secrets = changes.secrets ?? target.secrets;
  const { timeout_ms, max_reply_bytes } = manifest.upstream;
  return openAdapter({
    manifest,
    fetch: target.fetchWithin({ timeoutMs: changes.timeoutMs ?? timeout_ms, maxReplyBytes: max_reply_bytes }),
    nowMs: () => nowMs() + (changes.skewMs ?? 0),
    nonce: () => randomBytes(16).toString('hex'),
    secret: (name) => {
      const secret = ownMember(secrets, name);
      if (secret === undefined) throw new UpstreamError('credentials', `no secret ${name} was given`);
      return secret;
    },
  });
}

/** What came of one question; `broken` is an error that no driver may let out. */
export type Outcome =
  | AdapterAnswer
  | { readonly kind: 'failed'; readonly code: UpstreamErrorCode }
  | { readonly kind: 'broken' };

/** Asks once. Never throws, and keeps nothing of an error but its code. */
export async function ask(adapter: Adapter, token: string): Promise<Outcome> {
  try {
    return await adapter.ask(token);
  } catch (error) {
    return error instanceof UpstreamError ? { kind: 'failed', code: error.code } : { kind: 'broken' };
  }
}

/** The code of an outcome: nothing of what the upstream sent. */
export function outcomeCode(outcome: Outcome): 'found' | 'expired' | 'unknown' | 'broken' | UpstreamErrorCode {
  switch (outcome.kind) {
    case 'found':
    case 'broken':
      return outcome.kind;
    case 'absent':
      return outcome.why;
    case 'failed':
      return outcome.code;
  }
}

/** The same for a finding. */
export function cameOut(outcome: Outcome): Detail {
  return detail('came_out', { outcome: outcomeCode(outcome) });
}

/** The part of a code that the system is asked about; the whole code where the manifest does not know it. */
export function tokenOf(manifest: Manifest, code: string): string {
  return compileRecognisers([manifest])(code)?.token ?? code;
}
