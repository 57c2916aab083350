import type { JkmConfig } from '../../../schemas/driver-config.ts';
import type { Wire, WireTools } from '../../sandbox/wire.ts';
import { signedJsonWire } from '../signed-json/wire.ts';

const MARKER_OCTETS = 3;

/** The national platform: asked, as a signed JSON service, about the hex of what follows the marker. */
export function jkmWire(config: JkmConfig, tools: WireTools): Wire {
  return {
    ...signedJsonWire(config, tools),
    subjectOf: (token) => Buffer.from(token, 'base64').subarray(MARKER_OCTETS).toString('hex'),
  };
}
