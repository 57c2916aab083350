import type { DriverConfig, DriverName } from '../../schemas/driver-config.ts';
import { aesHeader } from './aes-header/driver.ts';
import { aesHeaderTemplate } from './aes-header/template.ts';
import { certificate } from './certificate/driver.ts';
import { certificateTemplate } from './certificate/template.ts';
import { deviceReader } from './device-reader/driver.ts';
import { deviceReaderTemplate } from './device-reader/template.ts';
import type { Ask, Driver, DriverContext } from './driver.ts';
import { form } from './form/driver.ts';
import { formTemplate } from './form/template.ts';
import { irsToken } from './irs-token/driver.ts';
import { irsTokenTemplate } from './irs-token/template.ts';
import { jkm } from './jkm/driver.ts';
import { jkmTemplate } from './jkm/template.ts';
import { oauth2 } from './oauth2/driver.ts';
import { oauth2Template } from './oauth2/template.ts';
import { plainJson } from './plain-json/driver.ts';
import { plainJsonTemplate } from './plain-json/template.ts';
import { signedJson } from './signed-json/driver.ts';
import { signedJsonTemplate } from './signed-json/template.ts';
import { signedToken } from './signed-token/driver.ts';
import { signedTokenTemplate } from './signed-token/template.ts';
import { soap } from './soap/driver.ts';
import { soapTemplate } from './soap/template.ts';
import type { DriverTemplate } from './template.ts';
import { tif } from './tif/driver.ts';
import { tifTemplate } from './tif/template.ts';

/** Every driver's settings, by its name. */
export type DriverConfigs = { [Config in DriverConfig as Config['name']]: Config };

/** The one list of protocols on our side; the simulated side of each is in `adapters/sandbox/wires.ts`. */
const DRIVERS: { readonly [Name in DriverName]: Driver<DriverConfigs[Name]> } = {
  tif: tif,
  'signed-json': signedJson,
  'aes-header': aesHeader,
  'irs-token': irsToken,
  form: form,
  'plain-json': plainJson,
  'device-reader': deviceReader,
  oauth2: oauth2,
  soap: soap,
  'signed-token': signedToken,
  jkm: jkm,
  certificate: certificate,
};

/** What a new folder starts with, for each driver. */
export const TEMPLATES: { readonly [Name in DriverName]: DriverTemplate<DriverConfigs[Name]> } = {
  tif: tifTemplate,
  'signed-json': signedJsonTemplate,
  'aes-header': aesHeaderTemplate,
  'irs-token': irsTokenTemplate,
  form: formTemplate,
  'plain-json': plainJsonTemplate,
  'device-reader': deviceReaderTemplate,
  oauth2: oauth2Template,
  soap: soapTemplate,
  'signed-token': signedTokenTemplate,
  jkm: jkmTemplate,
  certificate: certificateTemplate,
};

/** Opens the driver that a manifest names. Does no I/O; `statementAt` is where the reply carries a signed statement. */
export function openDriver<Name extends DriverName>(
  config: { readonly name: Name } & DriverConfigs[Name],
  statementAt: string | null,
  context: DriverContext,
): Ask {
  return DRIVERS[config.name].open(config, statementAt, context);
}
