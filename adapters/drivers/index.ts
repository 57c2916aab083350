import type { DriverConfig } from '../../schemas/driver-config.ts';
import { aesHeader } from './aes-header.ts';
import { deviceReader } from './device-reader.ts';
import type { Ask, DriverContext } from './driver.ts';
import { form } from './form.ts';
import { irsToken } from './irs-token.ts';
import { jkm } from './jkm.ts';
import { oauth2 } from './oauth2.ts';
import { signedJson } from './signed-json.ts';
import { signedToken } from './signed-token.ts';
import { soap } from './soap.ts';
import { tif } from './tif.ts';

/** Opens the driver that a manifest names. Does no I/O; `statementAt` is where the reply carries a signed statement. */
export function openDriver(config: DriverConfig, statementAt: string | null, context: DriverContext): Ask {
  switch (config.name) {
    case 'tif':
      return tif.open(config, statementAt, context);
    case 'signed-json':
      return signedJson.open(config, statementAt, context);
    case 'aes-header':
      return aesHeader.open(config, statementAt, context);
    case 'irs-token':
      return irsToken.open(config, statementAt, context);
    case 'form':
      return form.open(config, statementAt, context);
    case 'device-reader':
      return deviceReader.open(config, statementAt, context);
    case 'oauth2':
      return oauth2.open(config, statementAt, context);
    case 'soap':
      return soap.open(config, statementAt, context);
    case 'signed-token':
      return signedToken.open(config, statementAt, context);
    case 'jkm':
      return jkm.open(config, statementAt, context);
  }
}
