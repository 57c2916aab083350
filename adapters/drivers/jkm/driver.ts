import type { JkmConfig } from '../../../schemas/driver-config.ts';
import type { Driver } from '../driver.ts';
import { questionOf } from '../question.ts';
import { compileReply } from '../reply.ts';
import { signedPost } from '../signed-json/driver.ts';

const MARKER = Buffer.from('JKM', 'latin1');
const MIN_BODY_OCTETS = 16;

/**
 * The national platform. Fact: its code is base64 of octets that start with `JKM`. Sandbox assumption: all the rest.
 * The octets after the marker, at least 16, are opaque; `POST <path>` with JSON `{[code_member]: <their lower-case hex>}`
 * is authenticated as in the `signed-json` driver (secrets `app_id`, `app_key`). A code that is not canonical base64 of
 * that form is unknown and is not asked about.
 */
export const jkm: Driver<JkmConfig> = {
  name: 'jkm',
  open: (config, statementAt, context) => {
    const { read } = compileReply(config, statementAt, context);
    return async (token) => {
      const opaque = opaqueOctets(token);
      if (opaque === null) return { kind: 'absent', why: 'unknown' };
      const body = JSON.stringify(questionOf(config, opaque.toString('hex')));
      return read(await context.fetch(signedPost(config.path, body, context)));
    };
  },
};

/** One code has one spelling: stray bits or another alphabet would let it wear many and slip past a cache. */
function opaqueOctets(token: string): Buffer | null {
  const octets = Buffer.from(token, 'base64');
  const whole = octets.toString('base64') === token && octets.length >= MARKER.length + MIN_BODY_OCTETS;
  return whole && octets.subarray(0, MARKER.length).equals(MARKER) ? octets.subarray(MARKER.length) : null;
}
