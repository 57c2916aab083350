import type { CredentialCode } from '../../../schemas/code-lists/credential-codes.ts';

/** One text with what a verifier has to make of it. `defect`: the one thing that is wrong, null where nothing is. */
export interface CredentialVector {
  readonly name: string;
  readonly defect: string | null;
  readonly text: string;
  readonly code: CredentialCode;
}

/** A vector with one defect. Its name is its defect, in a form for files. */
export function broken(code: Exclude<CredentialCode, 'ok'>, defect: string, text: string): CredentialVector {
  return { name: slugOf(defect), defect, text, code };
}

/** A vector without a defect. */
export function good(name: string, text: string): CredentialVector {
  return { name: slugOf(name), defect: null, text, code: 'ok' };
}

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
