import type { DriverName } from '../../schemas/driver-config.ts';
import { aesHeaderWire } from '../drivers/aes-header/wire.ts';
import { certificateWire } from '../drivers/certificate/wire.ts';
import { deviceReaderWire } from '../drivers/device-reader/wire.ts';
import { formWire } from '../drivers/form/wire.ts';
import type { DriverConfigs } from '../drivers/index.ts';
import { irsTokenWire } from '../drivers/irs-token/wire.ts';
import { jkmWire } from '../drivers/jkm/wire.ts';
import { oauth2Wire } from '../drivers/oauth2/wire.ts';
import { plainJsonWire } from '../drivers/plain-json/wire.ts';
import { signedJsonWire } from '../drivers/signed-json/wire.ts';
import { signedTokenWire } from '../drivers/signed-token/wire.ts';
import { soapWire } from '../drivers/soap/wire.ts';
import { tifWire } from '../drivers/tif/wire.ts';
import type { Wire, WireTools } from './wire.ts';

const WIRES: { readonly [Name in DriverName]: (config: DriverConfigs[Name], tools: WireTools) => Wire } = {
  tif: tifWire,
  'signed-json': signedJsonWire,
  'aes-header': aesHeaderWire,
  'irs-token': irsTokenWire,
  form: formWire,
  'plain-json': plainJsonWire,
  'device-reader': deviceReaderWire,
  oauth2: oauth2Wire,
  soap: soapWire,
  'signed-token': signedTokenWire,
  jkm: jkmWire,
  certificate: certificateWire,
};

/** The system's side of whatever driver a manifest declares, with fresh credentials. */
export function openWire<Name extends DriverName>(
  config: { readonly name: Name } & DriverConfigs[Name],
  tools: WireTools,
): Wire {
  return WIRES[config.name](config, tools);
}
