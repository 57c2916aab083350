import type { Command } from 'commander';
import { z } from 'zod';
import { PROVINCES, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import {
  type Enrolment,
  enrolmentSchema,
  MAX_EVENT_BYTES,
  REGISTRY_EVENT_TYP,
  type RegistryJwk,
  registryEventSchema,
  registryJwkSchema,
} from '../../../schemas/registry-event.ts';
import { entityIdSchema } from '../../../schemas/status.ts';
import { createActorFile, openKeyStore } from '../../keys/key-store.ts';
import { sandboxOwner } from '../../sandbox/actors.ts';
import { parseCompact } from '../../trust/strict-jws.ts';
import { TrustError } from '../../trust/trust-error.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { enterEvent, enterSigned, openRegistryApi, printEntered } from '../enter-event.ts';
import { readJson, readText } from '../json-file.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { chooseSigner, type SignerOptions, sandboxActor, signerOptions } from '../signer-choice.ts';
import { tableLines } from '../table.ts';
import { described, describedGroup, jsonOption, reading } from './command.ts';

interface StepOptions extends SignerOptions {
  readonly json?: boolean;
}

/** `registry new-signer | enrol | remove | enrol-key | revoke-key | list | post`: who may sign what in the registry. */
export function addRegistry(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('registry'), {
    zh: '注册表中的主体及其密钥',
    en: 'who is in the registry, and with which keys',
    example: 'registry list',
  });
  addNewSigner(group, cli);
  addEnrol(group, cli);
  addRemove(group, cli);
  addEnrolKey(group, cli);
  addRevokeKey(group, cli);
  addList(group, cli);
  addPost(group, cli);
}

function addNewSigner(group: Command, cli: Cli): void {
  described(cli, group.command('new-signer').argument('<file>'), {
    zh: '为一个主体生成签名密钥文件，并输出公钥供锚点登记',
    en: 'make a signer key file for an entity, and print the public half for the anchor to enrol',
    example: 'registry new-signer operator.json --entity https://operator.example/a',
  })
    .requiredOption(
      '--entity <id>',
      cli.say({ zh: '主体标识', en: "the entity's identifier" }),
      reading((text) => entityIdSchema.safeParse(text).data ?? null, 'an http(s) address'),
    )
    .action(async (file: string, { entity }: { entity: string }) => {
      const { entityId, publicJwk } = await withKeys(() => createActorFile(file, entity));
      cli.printJson({ entity_id: entityId, jwks: { keys: [publicJwk] } });
    });
}

function addEnrol(group: Command, cli: Cli): void {
  const command = described(cli, group.command('enrol'), {
    zh: '由国家锚点登记一个主体',
    en: 'enrol an entity, as the national anchor',
    example: 'registry enrol province:120000',
  }).argument(
    '<who>',
    cli.say({
      zh: '登记内容 JSON 文件；沙箱中可写 province:120000，并为其生成密钥',
      en: 'a JSON file {entity_id, role, name, jwks, province?}; in the sandbox province:120000, whose key is then made',
    }),
  );
  step(cli, command).action(async (who: string, options: StepOptions) => {
    const anchor = await chooseSigner(options, 'anchor', cli.env);
    const body = sandboxActor(who) === null ? await readEnrolment(who) : await newProvince(cli, who);
    const entered = await enterEvent(cli, anchor, { kind: 'entity_enrolled', body });
    if (options.json === true) return cli.printJson({ entity_id: body.entity_id, role: body.role, ...entered });
    printEntered(cli, cli.say({ zh: `已登记 ${body.entity_id}`, en: `enrolled ${body.entity_id}` }), entered);
  });
}

function addRemove(group: Command, cli: Cli): void {
  const command = described(cli, group.command('remove').argument('<entity-id>'), {
    zh: '由国家锚点移除一个主体；其密钥一并作废',
    en: 'remove an entity, as the national anchor; its keys go with it',
    example: 'registry remove https://operator.example/a --key anchor.json',
  });
  step(cli, command).action(async (entity_id: string, options: StepOptions) => {
    const anchor = await chooseSigner(options, 'anchor', cli.env);
    const entered = await enterEvent(cli, anchor, { kind: 'entity_removed', body: { entity_id } });
    if (options.json === true) return cli.printJson({ entity_id, ...entered });
    printEntered(cli, cli.say({ zh: `已移除 ${entity_id}`, en: `removed ${entity_id}` }), entered);
  });
}

function addEnrolKey(group: Command, cli: Cli): void {
  const command = described(cli, group.command('enrol-key'), {
    zh: '用已登记的密钥为自己再登记一个公钥（如浏览器密钥）',
    en: 'enrol another public key of your own, such as the one in your browser, with a key already enrolled',
    example: 'registry enrol-key browser-key.json --as operator-a',
  }).argument(
    '<jwk>',
    cli.say({ zh: '公钥 JWK：文件、- 或 JSON 文本', en: 'the public JWK: a file, - for stdin, or the JSON itself' }),
  );
  step(cli, command).action(async (given: string, options: StepOptions) => {
    const actor = await chooseSigner(options, null, cli.env);
    const jwk = await readJwk(given);
    const { kid } = jwk;
    await enterEvent(cli, actor, { kind: 'key_announced', body: { use: 'registry', jwk } });
    const entered = await enterEvent(cli, actor, { kind: 'key_activated', body: { use: 'registry', kid } });
    if (options.json === true) return cli.printJson({ kid, ...entered });
    printEntered(cli, cli.say({ zh: `密钥 ${kid} 已启用`, en: `key ${kid} may sign from now on` }), entered);
  });
}

function addRevokeKey(group: Command, cli: Cli): void {
  const command = described(cli, group.command('revoke-key'), {
    zh: '吊销自己的一个注册密钥；锚点可吊销他人的',
    en: "revoke a registry key of your own; the anchor may revoke another's with --entity",
    example: 'registry revoke-key --kid 5Ht1…kid --as operator-a',
  })
    // An option and no argument: every 64th kid starts with a hyphen.
    .requiredOption('--kid <kid>', cli.say({ zh: '密钥的 kid', en: 'the kid of the key' }))
    .option('--entity <id>', cli.say({ zh: '密钥属于此主体', en: 'the entity whose key it is' }));
  step(cli, command).action(async (options: StepOptions & { kid: string; entity?: string }) => {
    const { kid } = options;
    const actor = await chooseSigner(options, null, cli.env);
    const body = { entity_id: options.entity ?? actor.entityId, use: 'registry', kid } as const;
    const entered = await enterEvent(cli, actor, { kind: 'key_revoked', body });
    if (options.json === true) return cli.printJson({ kid, ...entered });
    printEntered(cli, cli.say({ zh: `密钥 ${kid} 已吊销`, en: `key ${kid} is revoked` }), entered);
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
      const rows = entities.map(({ role, province, name, state, seq, keys, entity_id }) => [
        role,
        province ?? '',
        printable(cli.say(name)),
        state,
        String(seq),
        keys.map(({ kid, use, state: at }) => `${use} ${printable(kid.slice(0, 12))} ${at}`).join(', '),
        printable(entity_id),
      ]);
      for (const line of tableLines(rows)) cli.print(line);
    });
}

function addPost(group: Command, cli: Cli): void {
  described(cli, group.command('post'), {
    zh: '提交一个已在别处签名的事件',
    en: 'post an event that was signed elsewhere',
    example: 'registry post event.jws',
  })
    .argument('<file>', cli.say({ zh: '签名的事件；- 表示标准输入', en: 'the signed event; - is stdin' }))
    .option(...jsonOption(cli))
    .action(async (file: string, { json }: { json?: boolean }) => {
      const jws = (await readText(file)).trim();
      const { kind, iss } = readEvent(jws);
      const entered = await enterSigned(cli, jws, iss);
      if (json === true) return cli.printJson({ kind, ...entered });
      printEntered(cli, cli.say({ zh: `已提交 ${kind}`, en: `posted ${kind}` }), entered);
    });
}

function step(cli: Cli, command: Command): Command {
  return signerOptions(cli, command).option(...jsonOption(cli));
}

/** A province that the sandbox has not played so far: its key is made, and it gets an identifier beside the others'. */
async function newProvince(cli: Cli, who: string): Promise<Enrolment> {
  const anchor = await chooseSigner({ as: 'anchor' }, null, cli.env);
  const code = provinceCodeSchema.safeParse(sandboxActor(who)?.replace('province:', ''));
  if (!code.success) {
    const text = { zh: `沙箱已有 ${who}`, en: `the sandbox has ${who} already` };
    throw CliError.of('usage_invalid', text);
  }
  const province = code.data;
  const entityId = anchor.entityId.replace(/\/anchor$/, `/provinces/${province}`);
  const keys = openKeyStore(keySettingOf(cli.env));
  const actor = await withKeys(() => keys.openActor(sandboxOwner(province), entityId));
  const { zh, en } = PROVINCES[province];
  const name = { zh: `${zh}（沙箱）`, en: `${en} (sandbox)` };
  return { entity_id: actor.entityId, role: 'province', province, name, jwks: { keys: [actor.publicJwk] } };
}

async function readEnrolment(file: string): Promise<Enrolment> {
  const parsed = enrolmentSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = `/${issue?.path.join('/') ?? ''}`;
  throw CliError.of('enrolment_invalid', {
    zh: `${file} 的 ${at} 不符合登记格式`,
    en: `${file}: ${at}: ${issue?.message ?? 'invalid'}`,
  });
}

async function readJwk(given: string): Promise<RegistryJwk> {
  const document = given.trimStart().startsWith('{') ? jsonOf(given) : await readJson(given);
  const parsed = registryJwkSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  // A private key that was given by mistake is not quoted.
  throw CliError.of('enrolment_invalid', { zh: '不是带 kid 的公钥 JWK', en: 'not a public JWK with a kid' });
}

function readEvent(jws: string) {
  try {
    const { payload } = parseCompact(jws, { maxBytes: MAX_EVENT_BYTES, typ: REGISTRY_EVENT_TYP });
    return registryEventSchema.parse(payload);
  } catch (error) {
    if (error instanceof TrustError || error instanceof z.ZodError) throw CliError.rejected('event_malformed');
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
