import { z } from 'zod';
import { entityIdSchema, numericDateSchema } from './status.ts';

/** JWS `typ` of a Security Event Token (RFC 8417 section 2.3), and the media type in which it is pushed (RFC 8935). */
export const SECURITY_EVENT_TYP = 'secevent+jwt';

/** What a province tells every gateway, by event identifier. Nothing in an event says what somebody's status is. */
export const SECURITY_EVENTS = {
  'urn:huren:event:status-changed': z.object({
    handle: z.string().min(1).max(256).meta({ description: 'as the statement names it' }),
  }),
  'urn:huren:event:adapter-flush': z.object({}),
  'urn:huren:event:key-compromised': z.object({ kid: z.string().min(1).max(256) }),
} as const;

/** Claims of a Security Event Token. Members that are not known here are ignored, as RFC 8417 has it. */
export const securityEventClaimsSchema = z
  .object({
    iss: entityIdSchema,
    aud: z.union([z.string().max(512), z.array(z.string().max(512)).max(64)]),
    iat: numericDateSchema,
    jti: z.string().min(8).max(128),
    events: z
      .object({
        'urn:huren:event:status-changed': SECURITY_EVENTS['urn:huren:event:status-changed'].optional(),
        'urn:huren:event:adapter-flush': SECURITY_EVENTS['urn:huren:event:adapter-flush'].optional(),
        'urn:huren:event:key-compromised': SECURITY_EVENTS['urn:huren:event:key-compromised'].optional(),
      })
      .refine((events) => Object.values(events).some((event) => event !== undefined), 'no event that is known here'),
  })
  .meta({ id: 'SecurityEventClaims' });
export type SecurityEventClaims = z.infer<typeof securityEventClaimsSchema>;
