import { KEY_SCHEDULE, type KeySchedule, UNSCHEDULED } from '../trust/key-lifecycle.ts';
import type { SignerAlg } from '../trust/signer.ts';

/** What key rings are for. `audit` keys sign an auditor's requests. */
export const KEY_USES = [
  'federation',
  'attestation',
  'statement',
  'audit',
  'registry',
  'log',
  'witness',
  'snapshot',
] as const;
export type KeyUse = (typeof KEY_USES)[number];

interface UseKind {
  /** The one algorithm of this use. */
  readonly alg: SignerAlg;
  /** When its keys change by themselves, unless whoever opens the ring says otherwise. */
  readonly schedule: KeySchedule;
}

const KINDS: Readonly<Record<KeyUse, UseKind>> = {
  federation: { alg: 'ES256', schedule: KEY_SCHEDULE },
  attestation: { alg: 'ES256', schedule: KEY_SCHEDULE },
  statement: { alg: 'ES256', schedule: KEY_SCHEDULE },
  audit: { alg: 'ES256', schedule: KEY_SCHEDULE },
  // Whoever believes these has them from a file or an event and not from a chain: they change when somebody says so.
  registry: { alg: 'ES256', schedule: UNSCHEDULED },
  log: { alg: 'EdDSA', schedule: UNSCHEDULED },
  witness: { alg: 'EdDSA', schedule: UNSCHEDULED },
  snapshot: { alg: 'EdDSA', schedule: UNSCHEDULED },
};

export function kindOf(use: KeyUse): UseKind {
  return KINDS[use];
}

/** Reads the name of a use; null where it is none. */
export function keyUseOf(text: string): KeyUse | null {
  return KEY_USES.find((use) => use === text) ?? null;
}
