import type { Command } from 'commander';
import { signAdmissionRequest } from '../../authority/admission-request.ts';
import { refreshEndpoint } from '../../authority/endpoints.ts';
import { type EntityDescription, readDescriptions } from '../../authority/entity-description.ts';
import { publishedKeys, publishedRing } from '../../authority/init-entity.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import { peekEntityStatement } from '../../trust/entity-statement.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { openRegistryApi } from '../enter-event.ts';
import { sendBounded } from '../gateway-client.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { dataDirOf } from '../sandbox-parts.ts';
import { tableLines } from '../table.ts';
import { writeFile } from '../write-file.ts';
import { addInit } from './authority-init.ts';
import { AUTHORITY_STEPS } from './authority-steps.ts';
import { described, describedGroup, entityReader, jsonOption } from './command.ts';

/** `authority init | request | admit | venues | refresh | list | remove`: who vouches for whom in the federation. */
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
        const federation = await keys.openRing(description.owner, 'federation', { nowS: nowS(), entityId });
        const ring = await publishedRing(description, { keys, nowS: nowS() });
        const actor = kind === 'province' ? await keys.openActor(description.owner, entityId) : null;
        const registryJwks = actor === null ? null : [actor.publicJwk];
        const asking = { federation, published: publishedKeys(description, ring), registryJwks };
        return await signAdmissionRequest(description, asking, nowS());
      });
      writeFile(out, `${token}\n`);
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
    .argument('<entity-id>', '', entityReader(cli))
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
