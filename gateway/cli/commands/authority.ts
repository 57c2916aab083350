import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import {
  levelSchema,
  PROVINCES,
  type ProvinceCode,
  provinceCodeSchema,
  roleSchema,
} from '../../../schemas/code-lists/index.ts';
import { registryJwkSchema, subordinateKindSchema } from '../../../schemas/registry-event.ts';
import { signAdmissionRequest } from '../../authority/admission-request.ts';
import { refreshEndpoint } from '../../authority/endpoints.ts';
import { type EntityDescription, readDescriptions } from '../../authority/entity-description.ts';
import { initEntity } from '../../authority/init-entity.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import { peekEntityStatement } from '../../trust/entity-statement.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { openRegistryApi } from '../enter-event.ts';
import { sendBounded } from '../gateway-client.ts';
import { readKeySet } from '../genesis.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { dataDirOf } from '../sandbox-parts.ts';
import { tableLines } from '../table.ts';
import { AUTHORITY_STEPS } from './authority-steps.ts';
import { described, describedGroup, entityReader, jsonOption } from './command.ts';

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
  readonly issuer?: string;
  readonly tokenEndpoint?: string;
  readonly jwksUri?: string;
  readonly json?: boolean;
}

/** `authority init | request | admit | refresh | list | remove`: who vouches for whom in the federation. */
export function addAuthority(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('authority'), {
    zh: '信任联邦：谁为谁担保',
    en: 'the federation: who vouches for whom',
    example: 'authority list',
  });
  addInit(group, cli);
  addRequest(group, cli);
  for (const add of AUTHORITY_STEPS) add(group, cli);
  addRefresh(group, cli);
  addList(group, cli);
}

function addInit(group: Command, cli: Cli): void {
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
    .option('--issuer <url>', say({ zh: '授权服务器的 issuer', en: "an authorization server's issuer" }))
    .option('--token-endpoint <url>', say({ zh: '其令牌端点', en: 'its token endpoint' }))
    .option('--jwks-uri <url>', say({ zh: '其公钥地址', en: 'where its keys are' }))
    .option(...jsonOption(cli))
    .action(async (options: InitOptions) => {
      const description = await descriptionOf(options);
      const settings = { dataDir: dataDirOf(cli.env), keys: openKeyStore(keySettingOf(cli.env)), nowS: nowS() };
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
    });
}

async function descriptionOf(options: InitOptions): Promise<EntityDescription> {
  const { kind, entity, superior, owner, publishedJwks } = options;
  const province = read(options.province, provinceCodeSchema, '--province');
  const level = read(options.level, levelSchema, '--level');
  const role = read(options.role, roleSchema, '--role');
  if ((kind === 'anchor') !== (superior === undefined)) throw usage('--superior');
  if (['province', 'gateway', 'issuer', 'agency'].includes(kind) && province === undefined) throw usage('--province');
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
    ...(kind === 'authorization_server' ? { oauth: oauthOf(options) } : {}),
  };
}

function nameOf({ nameZh, nameEn, entity }: InitOptions, province: ProvinceCode | undefined) {
  const known = province === undefined ? { zh: entity, en: entity } : PROVINCES[province];
  return { zh: nameZh ?? known.zh, en: nameEn ?? known.en };
}

function oauthOf({ issuer, tokenEndpoint, jwksUri }: InitOptions) {
  if (issuer === undefined || tokenEndpoint === undefined || jwksUri === undefined) {
    throw usage('--issuer, --token-endpoint, --jwks-uri');
  }
  return { issuer, token_endpoint: tokenEndpoint, jwks_uri: jwksUri };
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

function addRequest(group: Command, cli: Cli): void {
  described(cli, group.command('request'), {
    zh: '写出自签的主体配置，交上级准入',
    en: 'write a self-signed entity configuration for the superior to admit',
    example: 'authority request --owner gateway --out gateway.request',
  })
    .option('--owner <owner>', cli.say({ zh: '数据目录中的哪个主体', en: 'which entity of the data directory' }))
    .requiredOption('--out <file>', cli.say({ zh: '写入此文件', en: 'write it here' }))
    .option(...jsonOption(cli))
    .action(async ({ owner, out, json }: { owner?: string; out: string; json?: boolean }) => {
      const description = chosen(readDescriptions(dataDirOf(cli.env)), owner);
      const { entity_id: entityId, kind } = description;
      const keys = openKeyStore(keySettingOf(cli.env));
      const token = await withKeys(async () => {
        const ring = await keys.openRing(description.owner, 'federation', { nowS: nowS(), entityId });
        const actor = kind === 'province' ? await keys.openActor(description.owner, entityId) : null;
        return await signAdmissionRequest(description, ring, actor === null ? null : [actor.publicJwk], nowS());
      });
      writeFileSync(out, `${token}\n`);
      if (json === true) return cli.printJson({ entity_id: entityId, superior: description.superior, file: out });
      cli.print(
        cli.say({ zh: `已写出 ${out}，请交 ${description.superior}`, en: `wrote ${out}, for ${description.superior}` }),
      );
    });
}

function chosen(descriptions: readonly EntityDescription[], owner: string | undefined): EntityDescription {
  const asking = descriptions.filter(({ superior }) => superior !== null);
  const found = owner === undefined ? asking : asking.filter((one) => one.owner === owner);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = asking.map((one) => one.owner).join(', ');
  throw CliError.of('usage_invalid', {
    zh: `请用 --owner 指明主体：${names}`,
    en: `name one entity with --owner: ${names === '' ? 'there is none; see authority init' : names}`,
  });
}

function addRefresh(group: Command, cli: Cli): void {
  described(cli, group.command('refresh'), {
    zh: '将主体的现行配置交其上级，使新密钥立即生效',
    en: "hand an entity's present configuration to its superior, so that new keys count at once",
    example: 'authority refresh https://gateway.example',
  })
    .argument('<entity-id>')
    .option(...jsonOption(cli))
    .action(async (entityId: string, { json }: { json?: boolean }) => {
      const shown = await sendBounded(`${entityId.replace(/\/$/, '')}/.well-known/openid-federation`, {});
      const [superior] = shown.status === 200 ? superiorsIn(shown.text.trim()) : [];
      if (superior === undefined) {
        const text = { zh: `${entityId} 没有主体配置`, en: `${entityId} shows no configuration with a superior` };
        throw CliError.of('request_refused', text);
      }
      const headers = { 'content-type': 'application/entity-statement+jwt' };
      const reply = await sendBounded(refreshEndpoint(superior), { method: 'POST', headers, body: shown.text.trim() });
      if (reply.status !== 200 && reply.status !== 201) {
        const why = `${superior}: ${reply.status}`;
        throw CliError.of('request_refused', { zh: why, en: why });
      }
      const taken = reply.status === 201;
      if (json === true) return cli.printJson({ entity_id: entityId, superior, taken });
      const text = taken
        ? { zh: '上级已采用新密钥', en: 'the superior has taken the new keys' }
        : { zh: '上级已有这些密钥', en: 'the superior had these keys already' };
      cli.print(cli.say(text));
    });
}

function superiorsIn(token: string): readonly string[] {
  try {
    const { kind, claims } = peekEntityStatement(token);
    return kind === 'configuration' ? (claims.authority_hints ?? []) : [];
  } catch {
    return [];
  }
}

function addList(group: Command, cli: Cli): void {
  described(cli, group.command('list'), {
    zh: '注册表中各主体的上级、类别与状态',
    en: 'entities with their superior, kind and state, as the registry has them',
    example: 'authority list --superior https://province.example',
  })
    .option('--superior <id>', cli.say({ zh: '只看此上级之下', en: 'below this superior alone' }), entityReader(cli))
    .option(...jsonOption(cli))
    .action(async ({ superior, json }: { superior?: string; json?: boolean }) => {
      const subordinates = await openRegistryApi(cli).subordinates(superior);
      if (json === true) return cli.printJson({ subordinates });
      const titles = [
        { zh: '主体', en: 'entity' },
        { zh: '类别', en: 'kind' },
        { zh: '省份', en: 'province' },
        { zh: '状态', en: 'state' },
        { zh: '上级', en: 'superior' },
      ].map(cli.say);
      const rows = subordinates.map((one) => [
        one.entity_id,
        one.kind,
        one.province ?? '-',
        one.vouched_for ? 'admitted' : one.state === 'removed' ? 'removed' : 'superior_removed',
        one.superior,
      ]);
      for (const line of tableLines([titles, ...rows])) cli.print(printable(line));
    });
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}
