import type { Command } from 'commander';
import { createActorFile } from '../../keys/key-store.ts';
import { type Cli, printable } from '../cli.ts';
import { openRegistryApi } from '../enter-event.ts';
import { withKeys } from '../key-failure.ts';
import { tableRows } from '../table.ts';
import { described, describedGroup, entityReader, jsonOption } from './command.ts';
import { sendCommand } from './event.ts';
import { addAnchorHash, addCreate, addPublicKey } from './registry-create.ts';
import { addInit } from './registry-init.ts';
import { KEY_STEPS } from './registry-key-steps.ts';
import { addRestore } from './registry-restore.ts';
import { REGISTRY_STEPS } from './registry-steps.ts';

/** `registry init | create | anchor-hash | new-signer | public-key | enrol | remove | <keys> | list | post | restore`: who may sign what in the registry. */
export function addRegistry(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('registry'), {
    zh: '注册表中的主体及其密钥',
    en: 'who is in the registry, and with which keys',
    example: 'registry list',
  });
  addInit(group, cli);
  addCreate(group, cli);
  addAnchorHash(group, cli);
  addNewSigner(group, cli);
  addPublicKey(group, cli);
  for (const add of [...REGISTRY_STEPS, ...KEY_STEPS]) add(group, cli);
  addList(group, cli);
  sendCommand(cli, group.command('post'), 'registry post event.jws');
  addRestore(group, cli);
}

function addNewSigner(group: Command, cli: Cli): void {
  described(cli, group.command('new-signer').argument('<file>'), {
    zh: '为一个主体生成签名密钥文件，并输出公钥供锚点登记',
    en: 'make a signer key file for an entity, and print the public half for the anchor to enrol',
    example: 'registry new-signer operator.json --entity https://operator.example/a',
  })
    .requiredOption('--entity <id>', cli.say({ zh: '主体标识', en: "the entity's identifier" }), entityReader(cli))
    .action(async (file: string, { entity }: { entity: string }) => {
      const { entityId, publicJwk } = await withKeys(() => createActorFile(file, entity));
      cli.printJson({ entity_id: entityId, jwks: { keys: [publicJwk] } });
    });
}

function addList(group: Command, cli: Cli): void {
  described(cli, group.command('list'), {
    zh: '列出主体、角色及密钥',
    en: 'list the entities with their roles and keys',
    example: 'registry list',
  })
    .option(...jsonOption(cli))
    .action(async ({ json }: { json?: boolean }) => {
      const entities = await openRegistryApi(cli).entities();
      if (json === true) return cli.printJson({ entities });
      const rows = entities.map(({ role, province, name, state, seq, entity_id }) => [
        role,
        province ?? '',
        printable(cli.say(name)),
        state,
        String(seq),
        printable(entity_id),
      ]);
      const lines = tableRows(rows);
      for (const [at, { keys }] of entities.entries()) {
        for (const line of lines[at] ?? []) cli.print(line);
        for (const { kid, use, state } of keys) cli.print(`    ${use} ${printable(kid.slice(0, 12))} ${state}`);
      }
    });
}
