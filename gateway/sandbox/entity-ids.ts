import type { ProvinceCode } from '../../schemas/code-lists/index.ts';

/**
 * Entity identifiers in the sandbox, where one host plays the whole nation. The host itself is the gateway of the
 * province whose venues examples use; the other provinces' gateways lie below it.
 */
export function sandboxEntityIds(base: string) {
  return {
    anchor: `${base}/anchor`,
    registrar: `${base}/registrar`,
    province: (code: ProvinceCode) => `${base}/provinces/${code}`,
    gateway: (code: ProvinceCode) => (code === HOME_PROVINCE ? base : `${base}/gateways/${code}`),
    issuer: (code: ProvinceCode) => `${base}/issuers/${code}`,
    server: (code: ProvinceCode) => `${base}/authorization-servers/${code}`,
    agency: (code: ProvinceCode, name: string) => `${base}/provinces/${code}/agencies/${name}`,
    operator: (name: string) => `${base}/operators/${name}`,
    auditor: `${base}/auditors/national`,
  };
}

/** The province that the host itself is a gateway of. */
export const HOME_PROVINCE: ProvinceCode = '440000';
