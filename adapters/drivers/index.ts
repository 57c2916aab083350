import type { DriverConfig, DriverName } from '../../schemas/driver-config.ts';
import { aesHeader } from './aes-header.ts';
import type { Ask, DriverContext } from './driver.ts';
import { signedJson } from './signed-json.ts';
import { tif } from './tif.ts';

const SECRETS: Readonly<Record<DriverName, readonly string[]>> = {
  tif: tif.secrets,
  'signed-json': signedJson.secrets,
  'aes-header': aesHeader.secrets,
};

/** Names of the secrets that the operator must provide for a driver. */
export function driverSecrets(name: DriverName): readonly string[] {
  return SECRETS[name];
}

/** Opens the driver that a manifest names. Does no I/O; `statementAt` is where the reply carries a signed statement. */
export function openDriver(config: DriverConfig, statementAt: string | null, context: DriverContext): Ask {
  switch (config.name) {
    case 'tif':
      return tif.open(config, statementAt, context);
    case 'signed-json':
      return signedJson.open(config, statementAt, context);
    case 'aes-header':
      return aesHeader.open(config, statementAt, context);
  }
}
