import {
  ABROAD,
  GROUNDS,
  LEVELS,
  type LocalState,
  PROVINCES,
  type ProvinceCode,
  ROLES,
} from '../../schemas/code-lists/index.ts';
import type { CredentialFamily } from '../../schemas/credential-family.ts';
import type { DriverName } from '../../schemas/driver-config.ts';
import { TEMPLATES } from '../drivers/index.ts';
import { answerableTemplate } from './answerable-template.ts';
import { certificateManifest, certificateScenarios } from './certificate-template.ts';
import { readmeTemplate } from './template-readme.ts';

export interface TemplateChoice {
  readonly province: ProvinceCode;
  readonly driver: DriverName;
  /** Of the driver `certificate`: which of its families. */
  readonly family?: CredentialFamily;
  /** `system.id`, which also names the sandbox host: lower-case words joined by hyphens. */
  readonly name: string;
}

/** A file of the new folder, by its path inside it. */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
}

/** A folder that passes the static check once every `FILL_` blank has been replaced, the same one by the same text. */
export function adapterTemplate(choice: TemplateChoice): TemplateFile[] {
  const isCertificate = choice.driver === 'certificate';
  const [manifest, scenarios] = isCertificate
    ? [certificateManifest(choice), certificateScenarios(choice)]
    : [manifestTemplate(choice), scenariosTemplate(choice)];
  const files = [
    { path: 'manifest.json', text: json(manifest) },
    { path: 'fixtures/scenarios.json', text: json(scenarios) },
  ];
  const readme = readmeTemplate(
    choice,
    files.map(({ text }) => text),
  );
  return [...files, { path: 'README.md', text: readme }];
}

type Row = { readonly value: string; readonly name: string; readonly to: string | null };

const STATES = [
  { value: 'FILL_GREEN', name: '绿码', to: 'green' },
  { value: 'FILL_YELLOW', name: '黄码', to: 'yellow' },
  { value: 'FILL_RED', name: '红码', to: 'red' },
] as const satisfies readonly { value: string; name: LocalState; to: string }[];
const ACTIONS: readonly Row[] = [row('赋码', 'assign'), row('转码', 'convert'), row('解除', 'release')];
const NO_GROUND = row('其他', null);

function row(text: string, to: string | null, name: string = text): Row {
  return { value: text, name, to };
}

function rowsOf(list: Readonly<Record<string, { readonly zh: string }>>, without: readonly string[] = []): Row[] {
  return Object.entries(list)
    .filter(([key]) => !without.includes(key))
    .map(([key, { zh }]) => row(zh, key));
}

function tablesFor(province: ProvinceCode) {
  const origins = Object.entries(PROVINCES)
    .filter(([code]) => code !== ABROAD)
    .map(([code, { zh }]) => row(code, code === province ? 'own' : code === '000000' ? 'undisclosed' : code, zh));
  return {
    ground: { at: '/reason', optional: true, values: [...rowsOf(GROUNDS), NO_GROUND] },
    origin: { at: '/source/province', optional: true, values: origins },
    level: { at: '/assigned/level', optional: true, values: rowsOf(LEVELS, ['national']) },
    role: { at: '/assigned/body', optional: true, values: rowsOf(ROLES, ['national_platform']) },
    action: { at: '/assigned/act', optional: true, values: ACTIONS },
  };
}

function manifestTemplate({ province, driver, name }: TemplateChoice) {
  const { ground, origin, level, role, action } = tablesFor(province);
  const headquarters = ['province', 'city', 'county'].map((at) => ({ level: at, roles: ['headquarters'] }));
  return {
    manifest_version: 1,
    province,
    system: { id: name, name: { zh: 'FILL_NAME_ZH', en: 'FILL_NAME_EN' } },
    version: '0.1.0',
    recognise: [TEMPLATES[driver].codes.recognise],
    upstream: {
      base_url: `https://${name}.sandbox.invalid`,
      timeout_ms: 3000,
      max_connections: 64,
      max_queue: 2000,
      max_reply_bytes: 65_536,
    },
    driver: TEMPLATES[driver].config,
    statement: null,
    reply: {
      status: { at: '/color', values: STATES },
      ground,
      flags: [],
      informational: [{ name: 'vaccination frame', at: '/frame' }],
      as_of: { from: 'field', at: '/updateTime', format: 'yyyy-MM-dd HH:mm:ss', zone: '+08:00' },
      origin: { ...origin, reference_at: '/source/code' },
      assignment: { level, role, action, batch_size_at: '/assigned/people', instrument_at: '/assigned/instrument' },
      validity: [],
    },
    ...answerableTemplate(headquarters),
  };
}

function scenariosTemplate({ province, driver }: TemplateChoice) {
  const tables = tablesFor(province);
  const documented = [{ at: '/color', values: STATES }, ...Object.values(tables)];
  const base = { updateTime: '2022-01-01 00:00:00', frame: 'gold' };
  const assigned = {
    level: LEVELS.city.zh,
    body: ROLES.headquarters.zh,
    act: '赋码',
    people: 1,
    instrument: '示例防指〔0000〕1号',
  };
  const yellow = { color: 'FILL_YELLOW', ...base, reason: GROUNDS.medium_risk_area_stay.zh, assigned };
  const red = { color: 'FILL_RED', ...base, reason: GROUNDS.close_contact_isolating.zh, assigned };
  const unsubstantiated = { status: 'indeterminate', decision: 'refer', reason: 'unsubstantiated' };
  return {
    documented: documented.map(({ at, values }) => ({ at, values: values.map(({ value }) => value) })),
    code_template: TEMPLATES[driver].codes.template,
    scenarios: [
      shown('green', '绿码', { color: 'FILL_GREEN', ...base }, { status: 'green', decision: 'pass', reason: 'ok' }),
      shown('yellow', '黄码', yellow, { status: 'yellow', decision: 'restrict', reason: 'yellow_ground' }),
      shown('red', '红码', red, { status: 'red', decision: 'restrict', reason: 'red_ground' }),
      shown('red-other-reason', '红码', { ...red, reason: NO_GROUND.value }, unsubstantiated),
      shown('foreign-push-unnamed', '红码', { ...red, source: { province: '000000' } }, unsubstantiated),
      {
        scenario: 'undocumented-value',
        record: { color: '未公布', ...base },
        as_of_age_s: 60,
        expected: { status: 'indeterminate', decision: 'refer', reason: 'unmapped_value' },
      },
      { scenario: 'expired', answer: 'expired', expected: { problem: 'code_expired' } },
      { scenario: 'unknown', answer: 'unknown', expected: { problem: 'code_unrecognised' } },
    ],
  };
}

function shown(scenario: string, shows: LocalState, record: object, expected: object) {
  return { scenario, shows, record, as_of_age_s: 60, expected };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
