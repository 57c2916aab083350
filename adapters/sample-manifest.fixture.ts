import { type Manifest, manifestSchema } from '../schemas/manifest.ts';

const body = { level: 'county', roles: [] } as const;

/** A made-up system with every table that a manifest can have; for tests only. */
export const SAMPLE_INPUT = {
  manifest_version: 1,
  province: '410000',
  system: { id: 'sample', name: { zh: '样例', en: 'Sample' } },
  version: '1.0.0',
  recognise: [{ kind: 'prefix', prefix: 'SMP:', length: { min: 36, max: 36 }, alphabet: 'hex' }],
  upstream: {
    base_url: 'https://sample.invalid',
    timeout_ms: 500,
    max_connections: 4,
    max_queue: 8,
    max_reply_bytes: 4096,
  },
  driver: {
    name: 'tif',
    path: '/query',
    code_member: 'token',
    outcome: { at: '/code', found: [0], expired: [111], unknown: ['404'] },
    record_at: '/data',
  },
  statement: null,
  reply: {
    status: {
      at: '/colour',
      values: [
        { value: 1, name: '绿码', to: 'green' },
        { value: 2, name: '黄码', to: 'yellow' },
        { value: '3', name: '红码', to: 'red' },
        { value: 4, name: '灰码', to: 'indeterminate' },
        { value: 5, name: '尚未掌握', to: 'indeterminate', reason: 'local_state_pending' },
      ],
    },
    ground: {
      at: '/why',
      optional: true,
      values: [
        { value: 'A1', name: 'pushed', to: null },
        { value: 'A2', name: 'confirmed', to: 'confirmed_case' },
        { value: 'A3', name: 'contact', to: 'close_contact_isolating' },
      ],
    },
    flags: [
      {
        at: '/popup',
        optional: true,
        values: [
          { value: 0, name: 'none', to: null },
          { value: 3, name: 'clear it first', to: 'popup' },
        ],
      },
    ],
    informational: [{ name: 'vaccination frame', at: '/frame' }],
    as_of: { from: 'field', at: '/time', format: 'yyyy-MM-dd HH:mm:ss', zone: '+08:00' },
    handle_at: '/handle',
    origin: {
      at: '/source',
      optional: true,
      values: [
        { value: 'own', name: 'ours', to: 'own' },
        { value: 'nat', name: 'national platform', to: 'undisclosed' },
        { value: '44', name: 'Guangdong', to: '440000' },
      ],
      reference_at: '/source_ref',
    },
    assignment: {
      level: { at: '/by/level', optional: true, values: [{ value: 3, name: 'county', to: 'county' }] },
      role: { at: '/by/role', optional: true, values: [{ value: 'cdc', name: 'CDC', to: 'cdc' }] },
      action: {
        at: '/by/act',
        optional: true,
        values: [
          { value: 'A', name: 'assign', to: 'assign' },
          { value: 'C', name: 'convert', to: 'convert' },
        ],
      },
      batch_size_at: '/by/batch',
      instrument_at: '/by/document',
      evidence_filed_at: '/by/filed',
      approvals: {
        at: '/by/approvals',
        level: { at: '/level', values: [{ value: 3, name: 'county', to: 'county' }] },
        role: { at: '/role', values: [{ value: 'P', name: 'principal', to: 'principal' }] },
        action: { at: '/act', values: [{ value: 'S', name: 'sign', to: 'sign' }] },
        signature_at: '/signature',
      },
    },
    validity: [{ status: 'green', max_age_s: 3 * 86_400 }],
  },
  authority: {
    source: 'made up',
    may_assign: [body],
    may_convert: [body],
    may_release: [],
    approvals: [],
    approvals_signed: false,
    batch: null,
    evidence_from_levels: [],
    foreign_conversion: 'any_entitled',
    instrument_required: false,
    grounds: ['confirmed_case'],
  },
  remedy: { authority: { zh: '样例', en: 'Sample' }, phone: '12345', url: null, within_hours: 24 },
  freshness_s: 30,
  stale_grace_s: 300,
} as const;

export const SAMPLE: Manifest = manifestSchema.parse(SAMPLE_INPUT);

/** The sample as another system, recognised in another way. */
export function sampleSystem(id: string, recognise: readonly unknown[]): Manifest {
  return manifestSchema.parse({ ...SAMPLE_INPUT, system: { ...SAMPLE_INPUT.system, id }, recognise });
}

/** The sample with other reply tables. */
export function sampleReply(changes: Readonly<Record<string, unknown>>): Manifest {
  return manifestSchema.parse({ ...SAMPLE_INPUT, reply: { ...SAMPLE_INPUT.reply, ...changes } });
}
