import { z } from 'zod';

/**
 * The forms of a signed token. `jws`: a compact JWS with a signature of its own. `merkle`: one signature for many tokens,
 * each with its path to the signed root. Whoever takes the second takes the first as well: a token that is alone has no
 * others to share a signature with.
 */
export const tokenFormSchema = z.enum(['jws', 'merkle']);
export type TokenForm = z.infer<typeof tokenFormSchema>;

/** Which forms somebody takes, `["jws"]` where nothing is said. */
export const tokenFormsSchema = z
  .array(tokenFormSchema)
  .min(1)
  .max(tokenFormSchema.options.length)
  .meta({ default: ['jws'] });

export const PLAIN_FORM: readonly TokenForm[] = ['jws'];
export const EVERY_FORM: readonly TokenForm[] = tokenFormSchema.options;

/** The form that is made for somebody who takes these, where there is more than one token to sign. */
export function widestForm(forms: readonly TokenForm[]): TokenForm {
  return forms.includes('merkle') ? 'merkle' : 'jws';
}
