import { type Command, Option } from 'commander';
import { z } from 'zod';
import {
  levelSchema,
  PROVINCES,
  type ProvinceCode,
  provinceCodeSchema,
  roleSchema,
  type VenueKind,
} from '../../../schemas/code-lists/index.ts';
import { registryJwkSchema, subordinateKindSchema } from '../../../schemas/registry-event.ts';
import type { EntityDescription } from '../../authority/entity-description.ts';
import { initEntity } from '../../authority/init-entity.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { readKeySet } from '../genesis.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { dataDirOf } from '../sandbox-parts.ts';
import { described, entityReader, jsonOption } from './command.ts';
import { regionsOption, venueKindsOption } from './venue-options.ts';

interface InitOptions {
  readonly kind: EntityDescription['kind'];
  readonly entity: string;
  readonly superior?: string;
  readonly province?: string;
  readonly level?: string;
  readonly role?: string;
  readonly owner?: string;
  readonly nameZh?: string;
  readonly nameEn?: string;
  readonly publishedJwks?: string;
  readonly tokenEndpoint?: string;
  readonly introspectionEndpoint?: string;
  readonly venueKinds?: VenueKind[];
  readonly regions?: string[];
  readonly json?: boolean;
}

/** `authority init`: describes an entity below the data directory and makes its keys. */
export function addInit(group: Command, cli: Cli): void {
  const { say } = cli;
  const kinds = ['anchor', ...subordinateKindSchema.options];
  described(cli, group.command('init'), {
    zh: '在数据目录中描述一个主体并生成其密钥；重复执行不改变已有密钥',
    en: 'describe an entity below the data directory and make its keys; doing it again keeps the keys',
    example:
      'authority init --kind gateway --entity https://gw.example --superior https://province.example --province 410000',
  })
    .addOption(
      new Option('--kind <kind>', say({ zh: '主体类别', en: 'what it is' })).choices(kinds).makeOptionMandatory(),
    )
    .requiredOption('--entity <id>', say({ zh: '主体标识', en: "the entity's identifier" }), entityReader(cli))
    .option(
      '--superior <id>',
      say({ zh: '上级；仅锚点没有', en: 'its superior; the anchor alone has none' }),
      entityReader(cli),
    )
    .option('--province <code>', say({ zh: 'GB/T 2260 省级代码', en: 'GB/T 2260 province code' }))
    .option('--level <level>', say({ zh: '机构的层级', en: "an agency's level" }))
    .option('--role <role>', say({ zh: '机构的职责', en: "an agency's role" }))
    .option(
      '--owner <owner>',
      say({ zh: '密钥库中的归属名，默认为类别', en: 'its name in the key store; its kind unless told' }),
    )
    .option('--name-zh <name>', say({ zh: '中文名', en: 'its name in Chinese' }))
    .option('--name-en <name>', say({ zh: '英文名', en: 'its name in English' }))
    .option(
      '--published-jwks <file>',
      say({ zh: '由别处保管、用于签署的公钥集', en: 'public keys that it signs with and that are kept elsewhere' }),
    )
    .option(
      '--token-endpoint <url>',
      say({ zh: '授权服务器的令牌端点', en: 'where an authorization server gives out tokens' }),
    )
    .option(
      '--introspection-endpoint <url>',
      say({
        zh: '授权服务器要求网关在此查询每个令牌是否仍有效（RFC 7662）',
        en: 'where it wants gateways to ask whether a token still counts (RFC 7662)',
      }),
    )
    .addOption(venueKindsOption(cli))
    .addOption(regionsOption(cli))
    .option(...jsonOption(cli))
    .action((options: InitOptions) => init(cli, options));
}

async function init(cli: Cli, options: InitOptions): Promise<void> {
  const { say } = cli;
  const description = await descriptionOf(options);
  const settings = {
    dataDir: dataDirOf(cli.env),
    keys: openKeyStore(keySettingOf(cli.env)),
    nowS: Math.floor(Date.now() / 1000),
  };
  const made = await withKeys(() => initEntity(description, settings));
  const keys = made.federation.publicKeys.map(({ kid }) => kid);
  const registryKeys = (made.registryJwks ?? []).map(({ kid }) => kid);
  const document = {
    entity_id: options.entity,
    path: made.path,
    federation_keys: keys,
    registry_keys: registryKeys,
  };
  if (options.json === true) return cli.printJson(document);
  cli.print(`${printable(options.entity)}  ${made.path}`);
  for (const kid of keys) cli.print(`  ${say({ zh: '联邦密钥', en: 'federation key' })}  ${kid}`);
  for (const kid of registryKeys) cli.print(`  ${say({ zh: '注册密钥', en: 'registry key  ' })}  ${kid}`);
}

async function descriptionOf(options: InitOptions): Promise<EntityDescription> {
  const { kind, entity, superior, owner, publishedJwks } = options;
  const province = read(options.province, provinceCodeSchema, '--province');
  const level = read(options.level, levelSchema, '--level');
  const role = read(options.role, roleSchema, '--role');
  if ((kind === 'anchor') !== (superior === undefined)) throw usage('--superior');
  const isNational = kind === 'anchor' || kind === 'monitor';
  if (isNational !== (province === undefined)) throw usage('--province');
  if (kind === 'agency' && (level === undefined || role === undefined)) throw usage('--level, --role');
  const published = publishedJwks === undefined ? null : await readKeySet(publishedJwks);
  return {
    entity_id: entity,
    kind,
    name: nameOf(options, province),
    superior: superior ?? null,
    owner: owner ?? kind.replaceAll('_', '-'),
    ...(province === undefined ? {} : { province }),
    ...(level === undefined || role === undefined ? {} : { level, role }),
    ...(published === null ? {} : { published_jwks: published.map((jwk) => registryJwkSchema.parse(jwk)) }),
    ...(kind === 'authorization_server' ? serverOf(options) : {}),
  };
}

function nameOf({ nameZh, nameEn, entity }: InitOptions, province: ProvinceCode | undefined) {
  const known = province === undefined ? { zh: entity, en: entity } : PROVINCES[province];
  return { zh: nameZh ?? known.zh, en: nameEn ?? known.en };
}

/** An authorization server without one of these would be admitted, and no token of its could be checked. */
function serverOf({ tokenEndpoint, introspectionEndpoint, publishedJwks, venueKinds, regions }: InitOptions) {
  const endpoint = z.url({ protocol: /^https?$/ });
  const token_endpoint = read(tokenEndpoint, endpoint, '--token-endpoint');
  const introspection_endpoint = read(introspectionEndpoint, endpoint, '--introspection-endpoint');
  const isWhole = token_endpoint !== undefined && publishedJwks !== undefined;
  if (!isWhole || venueKinds === undefined || regions === undefined) {
    throw usage('--token-endpoint, --published-jwks, --venue-kinds, --regions');
  }
  const asked = introspection_endpoint === undefined ? {} : { introspection_endpoint };
  return { token_endpoint, ...asked, venue_kinds: venueKinds, regions };
}

interface Parsing<T> {
  readonly safeParse: (value: unknown) => { readonly success: boolean; readonly data?: T | undefined };
}

function read<T>(text: string | undefined, schema: Parsing<T>, option: string): T | undefined {
  if (text === undefined) return undefined;
  const { data } = schema.safeParse(text);
  if (data === undefined) throw usage(option);
  return data;
}

function usage(options: string): CliError {
  return CliError.of('usage_invalid', {
    zh: `该类主体的 ${options} 缺失、多余或有误`,
    en: `${options}: missing, out of place or wrong for this kind of entity`,
  });
}
