import type { DriverConfig } from '../../schemas/driver-config.ts';

/** Settings that a new folder starts with: they work with the simulated system as they stand. */
export interface DriverTemplate<Config extends DriverConfig> {
  readonly config: Config;
  /** How codes of the driver's family are recognised, and the template by which the sandbox mints them. */
  readonly codes: { readonly recognise: object; readonly template: string };
}

/** What most drivers' settings start with. */
export const QUESTION = {
  path: '/v1/query',
  code_member: 'code',
  outcome: { at: '/code', found: ['0000'], expired: ['2001'], unknown: ['2002'] },
  record_at: '/data',
} satisfies Omit<DriverConfig, 'name'>;

export const PREFIXED_CODE = {
  recognise: { kind: 'prefix', prefix: 'FILL_PREFIX', length: { min: 32, max: 96 }, alphabet: 'hex' },
  template: 'FILL_PREFIX{hex32}',
};
