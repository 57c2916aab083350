import type { Manifest } from '../../schemas/manifest.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import type { Subject } from './recognise-code.ts';

/** A code of nobody, recognised by an adapter with that manifest. */
export function subjectOf(manifest: Manifest): Subject {
  return {
    adapter: { manifest, digest: 'digest-1', stage: 'active', conformance: null },
    token: 'TOKEN-OF-NOBODY',
    code: 'CODE-OF-NOBODY',
    purpose: 'venue_entry',
    destination: null,
    forms: PLAIN_FORM,
    gateway: null,
  };
}
