import { z } from 'zod';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { CredentialError } from './credential-error.ts';

/** An element that is there has content (FHIR R4, JSON representation): nothing empty says nothing. */
type Members = { readonly [member: string]: JsonValue };

const codingSchema = z.looseObject({ code: z.string().min(1) });
/** The one use that cards have for it: how well the person's identity was proved (SMART Health Cards, data minimization). */
const metaSchema = z.strictObject({ security: z.array(codingSchema).min(1) });
/** FHIR R4, Immunization: codes of the element `status`, and one time or another of when it happened. */
const immunizationSchema = z
  .looseObject({
    status: z.enum(['completed', 'entered-in-error', 'not-done']),
    vaccineCode: z.looseObject({ coding: z.array(codingSchema).min(1).optional(), text: z.string().optional() }),
    occurrenceDateTime: z.string().optional(),
    occurrenceString: z.string().optional(),
  })
  .refine((it) => (it.occurrenceDateTime === undefined) !== (it.occurrenceString === undefined));
const entrySchema = z.looseObject({
  fullUrl: z.string(),
  resource: z.looseObject({ resourceType: z.string().regex(/^[A-Z][A-Za-z]{1,63}$/), meta: metaSchema.optional() }),
});
const bundleSchema = z.looseObject({ entry: z.array(entrySchema).min(1) });
const SHORT_URL = /^resource:\d{1,4}$/;

/**
 * Checks what a card's FHIR bundle says of its own form: resources of a type, no empty element, immunizations with their
 * codes and one time. A card that is printed (`isPrinted`) names its resources by short addresses, each once, and refers to
 * those alone (SMART Health Cards, Health Cards are Compact); in files, other addresses circulate. Throws
 * `content_malformed`.
 */
export function checkCardContent(bundle: Members, isPrinted: boolean): void {
  const parsed = bundleSchema.safeParse(bundle);
  if (!parsed.success || hasEmptyElement(bundle)) throw malformed();
  const addresses = new Set<string>();
  for (const { fullUrl, resource } of parsed.data.entry) {
    if (addresses.has(fullUrl) || (isPrinted && !SHORT_URL.test(fullUrl))) throw malformed();
    addresses.add(fullUrl);
    if (resource.resourceType === 'Immunization' && !immunizationSchema.safeParse(resource).success) throw malformed();
  }
  if (isPrinted && !referencesIn(bundle).every((reference) => addresses.has(reference))) throw malformed();
}

function hasEmptyElement(value: JsonValue): boolean {
  if (typeof value === 'string') return value === '';
  if (typeof value !== 'object' || value === null) return value === null;
  const inner = Object.values(value);
  return inner.length === 0 || inner.some(hasEmptyElement);
}

/** What the members of that name refer to; the depth was bounded when the JSON was read. */
function referencesIn(value: JsonValue): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'reference' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  );
}

function malformed(): CredentialError {
  return new CredentialError('content_malformed', 'not the content of a card');
}
