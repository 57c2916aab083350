import { type Command, Option } from 'commander';
import { openKeyStore } from '../../keys/key-store.ts';
import { openLogSigner, REGISTRY_OWNER } from '../../keys/log-signer.ts';
import type { Cli } from '../cli.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { described, entityReader, jsonOption } from './command.ts';

interface InitOptions {
  readonly origin: string;
  readonly registrar: string;
  readonly json?: boolean;
}

/** `registry init`: the keys that a registry needs before it is created: its log's, and the one that signs what it checked. */
export function addInit(group: Command, cli: Cli): void {
  const { say } = cli;
  described(cli, group.command('init'), {
    zh: '在数据目录中生成注册表自己的密钥：日志密钥和登记机构密钥；重复执行不改变已有密钥',
    en: "make a registry's own keys below the data directory, its log's and its registrar's; doing it again keeps them",
    example: 'registry init --origin registry.example/log --registrar https://registry.example/registrar',
  })
    .requiredOption('--origin <name>', say({ zh: '日志名称', en: "the log's name" }))
    .addOption(
      new Option(
        '--registrar <id>',
        say({
          zh: '登记机构的标识：登记处地址加 /registrar',
          en: "the registrar's identifier: the registry's with /registrar",
        }),
      )
        .argParser(entityReader(cli))
        .makeOptionMandatory(),
    )
    .option(...jsonOption(cli))
    .action(async ({ origin, registrar, json }: InitOptions) => {
      const keys = openKeyStore(keySettingOf(cli.env));
      const { signer, actor } = await withKeys(async () => ({
        signer: await openLogSigner(keys, REGISTRY_OWNER, origin),
        actor: await keys.openActor(REGISTRY_OWNER, registrar),
      }));
      const enrolment = { entity_id: actor.entityId, jwks: { keys: [actor.publicJwk] } };
      if (json === true) {
        return cli.printJson({ origin: signer.origin, log_keys: [signer.verifierKey], registrar: enrolment });
      }
      cli.print(`${say({ zh: '日志密钥', en: 'log key' })}  ${signer.verifierKey}`);
      cli.printJson(enrolment);
    });
}
