import { z } from 'zod';

/** The normalised status. `indeterminate` is an answer: nobody could tell, so nobody guessed. */
export const statusSchema = z.enum(['green', 'yellow', 'red', 'indeterminate']).meta({ id: 'Status' });
export type Status = z.infer<typeof statusSchema>;

/** What the destination's published policy makes of it. `pass` only ever follows a green. */
export const decisionSchema = z.enum(['pass', 'restrict', 'refer']).meta({ id: 'Decision' });
export type Decision = z.infer<typeof decisionSchema>;

/** How well a yellow or red is substantiated under the issuing province's own authority model; null for the rest. */
export const provenanceSchema = z.enum(['signed', 'stated', 'absent', 'violated']).meta({ id: 'Provenance' });
export type Provenance = z.infer<typeof provenanceSchema>;

/** Who signed the statement: the province itself, the issuing province's gateway, or nobody (plain API over TLS). */
export const assuranceSchema = z.enum(['province-signed', 'node-signed', 'transport']).meta({ id: 'Assurance' });
export type Assurance = z.infer<typeof assuranceSchema>;

/** Things a system shows beside the colour. A frame (vaccination) is informational and never becomes a flag. */
export const flagSchema = z.enum(['popup', 'limited_movement']).meta({ id: 'Flag' });
export type Flag = z.infer<typeof flagSchema>;

export const instantSchema = z.iso.datetime({ offset: true }).meta({ id: 'Instant', description: 'RFC 3339' });
export const entityIdSchema = z
  .url({ protocol: /^https?$/ })
  .max(512)
  .meta({ id: 'EntityId', description: 'OpenID Federation 1.0 entity identifier' });
/** Seconds since 1970 (RFC 7519 NumericDate, whole seconds only). */
export const numericDateSchema = z.int().min(0).max(253402300799);
