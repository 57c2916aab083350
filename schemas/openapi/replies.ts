import { z } from 'zod';
import { compactJwsSchema } from './compact-jws.ts';
import type { Reply } from './operation.ts';

/** What a request that went well is answered with: JSON. */
export function jsonReply(text: Reply['text'], schema: z.ZodType, shown: unknown): Reply {
  return { status: 200, text, mediaType: 'application/json', schema, example: shown };
}

/** The same as text of some form. */
export function textReply(mediaType: string, text: Reply['text'], shown: string): Reply {
  return { status: 200, text, mediaType, schema: z.string(), example: shown };
}

/** The same as a signed token, whose type is the media type's. */
export function tokenReply(mediaType: string, text: Reply['text'], shown: unknown): Reply {
  return { status: 200, text, mediaType, schema: compactJwsSchema, example: shown };
}
