import type { DriverConfig } from '../../../schemas/driver-config.ts';
import { aesHeaderWire } from './aes-header.ts';
import { signedJsonWire } from './signed-json.ts';
import { tifWire } from './tif.ts';
import type { Wire, WireTools } from './wire.ts';

/** The system's side of whatever driver a manifest declares, with fresh credentials. */
export function openWire(config: DriverConfig, tools: WireTools): Wire {
  switch (config.name) {
    case 'tif':
      return tifWire(config, tools);
    case 'signed-json':
      return signedJsonWire(config, tools);
    case 'aes-header':
      return aesHeaderWire(config, tools);
  }
}
