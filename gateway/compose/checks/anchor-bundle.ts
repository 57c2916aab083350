import { readFileSync } from 'node:fs';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { type TrustBundle, trustBundleSchema } from '../../trust/trust-bundle.ts';

/** The anchor file for checks that need one; null where there is none to use, which a check of its own tells. */
export function anchorBundle(file: string | null): TrustBundle | null {
  if (file === null) return null;
  try {
    return trustBundleSchema.safeParse(jsonOrUndefined(readFileSync(file, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}
