import type { DriverConfig } from '../../../schemas/driver-config.ts';
import { aesHeaderWire } from './aes-header.ts';
import { deviceReaderWire } from './device-reader.ts';
import { formWire } from './form.ts';
import { irsTokenWire } from './irs-token.ts';
import { jkmWire } from './jkm.ts';
import { oauth2Wire } from './oauth2.ts';
import { signedJsonWire } from './signed-json.ts';
import { signedTokenWire } from './signed-token.ts';
import { soapWire } from './soap.ts';
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
    case 'irs-token':
      return irsTokenWire(config, tools);
    case 'form':
      return formWire(config, tools);
    case 'device-reader':
      return deviceReaderWire(config, tools);
    case 'oauth2':
      return oauth2Wire(config, tools);
    case 'soap':
      return soapWire(config, tools);
    case 'signed-token':
      return signedTokenWire(config, tools);
    case 'jkm':
      return jkmWire(config, tools);
  }
}
