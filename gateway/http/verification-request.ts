import { purposeSchema } from '../../schemas/code-lists/index.ts';
import { EVERY_FORM } from '../../schemas/token-form.ts';
import { MAX_CODE_LENGTH, type VerificationRequest, verificationRequestSchema } from '../../schemas/verification.ts';
import { parseJson } from './json-body.ts';

const PURPOSES: ReadonlySet<unknown> = purposeSchema.values;
const FORMS: ReadonlySet<unknown> = new Set(EVERY_FORM);

/**
 * Reads one question; `whole` is what a refusal calls it. The schema alone says what is one: nearly every question has no
 * other members than a code, a purpose and the forms that its venue takes, and need not be put to it. Throws as `parseJson`.
 */
export function parseVerificationRequest(value: unknown, whole: string): VerificationRequest {
  return isPlain(value) ? value : parseJson(verificationRequestSchema, value, whole);
}

function isPlain(value: unknown): value is VerificationRequest {
  if (typeof value !== 'object' || value === null || !('code' in value && 'purpose' in value)) return false;
  let members = 0;
  for (const _name in value) members += 1;
  const { code, purpose } = value;
  return (
    members === ('forms' in value ? 3 : 2) &&
    typeof code === 'string' &&
    code.length > 0 &&
    code.length <= MAX_CODE_LENGTH &&
    PURPOSES.has(purpose) &&
    (!('forms' in value) || isForms(value.forms))
  );
}

function isForms(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= EVERY_FORM.length &&
    value.every((form) => FORMS.has(form))
  );
}
