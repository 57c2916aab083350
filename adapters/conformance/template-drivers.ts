import type { DriverConfig, DriverName, Outcome } from '../../schemas/driver-config.ts';

const TEXT_OUTCOME: Outcome = { at: '/code', found: ['0000'], expired: ['2001'], unknown: ['2002'] };

/** Settings that a new folder starts with: they work with the simulated upstream as they stand. */
export function driverTemplate(name: DriverName): DriverConfig {
  const envelope = { path: '/v1/query', code_member: 'code', outcome: TEXT_OUTCOME, record_at: '/data' };
  switch (name) {
    case 'tif':
    case 'signed-json':
    case 'jkm':
      return { name, ...envelope };
    case 'device-reader':
      return { name, ...envelope, outcome: { at: '/code', found: [10000], expired: [40007], unknown: [40004] } };
    case 'aes-header':
      return { name, ...envelope, api_name: 'verify' };
    case 'irs-token':
      return {
        name,
        ...envelope,
        outcome: { ...TEXT_OUTCOME, at: '/datas/result' },
        record_at: '/datas/data',
        key_path: '/v1/key',
        refresh_path: '/v1/refresh',
        refresh_ahead_s: 180,
      };
    case 'form':
      return {
        name,
        ...envelope,
        outcome: { at: '/resCode', found: [0], expired: [111], unknown: [112], refused: [116, 118] },
        record_at: '/res',
        token_member: 'token',
        fields: [{ name: 'source', value: 'huren' }],
      };
    case 'oauth2':
      return { name, ...envelope, token_path: '/oauth/token' };
    case 'soap':
      return {
        name,
        ...envelope,
        namespace: 'urn:health-code',
        operation: 'verify',
        soap_action: 'verify',
        outcome: { ...TEXT_OUTCOME, at: '/Envelope/Body/verifyResponse/code' },
        record_at: '/Envelope/Body/verifyResponse/data',
      };
    case 'signed-token':
      return { name, ...envelope, issuer: 'FILL_ISSUER' };
  }
}

/** How codes of a driver's family are recognised, and the template by which the sandbox mints them. */
export function codeTemplateOf(name: DriverName): { readonly recognise: object; readonly codeTemplate: string } {
  switch (name) {
    case 'jkm':
      return {
        recognise: { kind: 'binary', marker: 'JKM', length: { min: 36, max: 36 } },
        codeTemplate: '{jkm24}',
      };
    case 'signed-token':
      return {
        recognise: { kind: 'jws', issuer: 'FILL_ISSUER', length: { min: 200, max: 600 } },
        codeTemplate: '{jws}',
      };
    case 'tif':
    case 'signed-json':
    case 'aes-header':
    case 'irs-token':
    case 'form':
    case 'device-reader':
    case 'oauth2':
    case 'soap':
      return {
        recognise: { kind: 'prefix', prefix: 'FILL_PREFIX', length: { min: 32, max: 96 }, alphabet: 'hex' },
        codeTemplate: 'FILL_PREFIX{hex32}',
      };
  }
}
