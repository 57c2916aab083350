import { PROVINCES, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import {
  type Enrolment,
  enrolmentSchema,
  type RegistryJwk,
  registryJwkSchema,
} from '../../../schemas/registry-event.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { faultText } from '../fault-text.ts';
import { readJson } from '../json-file.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { partOwner, sandboxPart } from '../sandbox-parts.ts';
import { asGiven, type StepCommand, signedStep } from '../signed-step.ts';
import { chooseSigner } from '../signer-choice.ts';

/** `registry enrol | remove | enrol-key | revoke-key | add-log-key | retire-log-key`: who may sign what in the registry. */
export const REGISTRY_STEPS: readonly StepCommand[] = [
  signedStep({
    name: 'enrol',
    zh: '由国家锚点登记一个主体',
    en: 'enrol an entity, as the national anchor',
    example: 'registry enrol province:120000',
    takes: (cli, command) =>
      command.argument(
        '<who>',
        cli.say({
          zh: '登记内容 JSON 文件；沙箱中可写 province:120000，并为其生成密钥',
          en: 'a JSON file {entity_id, role, name, jwks, province?}; in the sandbox province:120000, whose key is then made',
        }),
      ),
    read: ({ who }: { readonly who: string }, cli) =>
      sandboxPart(who) === null ? readEnrolment(who) : newProvince(cli, who),
    by: 'anchor',
    signs: (enrolment) => ({
      events: [{ kind: 'entity_enrolled', body: enrolment }],
      about: { entity_id: enrolment.entity_id, role: enrolment.role },
      zh: `已登记 ${enrolment.entity_id}`,
      en: `enrolled ${enrolment.entity_id}`,
    }),
  }),
  signedStep({
    name: 'remove',
    zh: '由国家锚点移除一个主体；其密钥一并作废',
    en: 'remove an entity, as the national anchor; its keys go with it',
    example: 'registry remove https://operator.example/a',
    takes: (_cli, command) => command.argument('<entity-id>'),
    read: asGiven<{ readonly 'entity-id': string }>,
    by: 'anchor',
    signs: ({ 'entity-id': entity_id }) => ({
      events: [{ kind: 'entity_removed', body: { entity_id } }],
      about: { entity_id },
      zh: `已移除 ${entity_id}`,
      en: `removed ${entity_id}`,
    }),
  }),
  signedStep({
    name: 'enrol-key',
    zh: '用已登记的密钥为自己再登记一个公钥（如浏览器密钥）',
    en: 'enrol another public key of your own, such as the one in your browser, with a key already enrolled',
    example: 'registry enrol-key browser-key.json',
    exampleBy: 'operator-a',
    takes: (cli, command) =>
      command.argument(
        '<jwk>',
        cli.say({
          zh: '公钥 JWK：文件、- 或 JSON 文本',
          en: 'the public JWK: a file, - for stdin, or the JSON itself',
        }),
      ),
    read: ({ jwk }: { readonly jwk: string }) => readJwk(jwk),
    by: null,
    signs: (jwk) => ({
      events: [
        { kind: 'key_announced', body: { use: 'registry', jwk } },
        { kind: 'key_activated', body: { use: 'registry', kid: jwk.kid } },
      ],
      about: { kid: jwk.kid },
      zh: `密钥 ${jwk.kid} 已启用`,
      en: `key ${jwk.kid} may sign from now on`,
    }),
  }),
  signedStep({
    name: 'revoke-key',
    zh: '吊销自己的一个注册密钥；锚点可吊销他人的',
    en: "revoke a registry key of your own; the anchor may revoke another's with --entity",
    example: 'registry revoke-key --kid 5Ht1…kid',
    exampleBy: 'operator-a',
    takes: (cli, command) =>
      command
        // An option and no argument: every 64th kid starts with a hyphen.
        .requiredOption('--kid <kid>', cli.say({ zh: '密钥的 kid', en: 'the kid of the key' }))
        .option('--entity <id>', cli.say({ zh: '密钥属于此主体', en: 'the entity whose key it is' })),
    read: asGiven<{ readonly kid: string; readonly entity?: string }>,
    by: null,
    signs: ({ kid, entity }, { entityId }) => ({
      events: [{ kind: 'key_revoked', body: { entity_id: entity ?? entityId, use: 'registry', kid } }],
      about: { kid },
      zh: `密钥 ${kid} 已吊销`,
      en: `key ${kid} is revoked`,
    }),
  }),
  signedStep({
    name: 'add-log-key',
    zh: '由国家锚点加入一个日志签名密钥',
    en: "let another key sign the log's checkpoints, as the national anchor",
    example: "registry add-log-key 'registry.example/log+1a2b3c4d+AQ…'",
    takes: (_cli, command) => command.argument('<verifier-key>'),
    read: asGiven<{ readonly 'verifier-key': string }>,
    by: 'anchor',
    signs: ({ 'verifier-key': verifier_key }) => ({
      events: [{ kind: 'log_key_added', body: { verifier_key } }],
      about: { verifier_key },
      zh: '已加入日志密钥',
      en: 'log key added',
    }),
  }),
  signedStep({
    name: 'retire-log-key',
    zh: '由国家锚点停用一个日志签名密钥；停用后不可恢复',
    en: 'retire a key of the log for good, as the national anchor; the registry must hold another one',
    example: "registry retire-log-key 'registry.example/log+1a2b3c4d+AQ…'",
    takes: (_cli, command) => command.argument('<verifier-key>'),
    read: asGiven<{ readonly 'verifier-key': string }>,
    by: 'anchor',
    signs: ({ 'verifier-key': verifier_key }) => ({
      events: [{ kind: 'log_key_retired', body: { verifier_key } }],
      about: { verifier_key },
      zh: '日志密钥已停用',
      en: 'log key retired',
    }),
  }),
];

/** A province that the sandbox has not played so far: its key is made, and it gets an identifier beside the others'. */
async function newProvince(cli: Cli, who: string): Promise<Enrolment> {
  const anchor = await chooseSigner({ as: 'anchor' }, null, cli.env);
  const code = provinceCodeSchema.safeParse(sandboxPart(who)?.replace('province:', ''));
  if (!code.success) {
    const text = { zh: `沙箱已有 ${who}`, en: `the sandbox has ${who} already` };
    throw CliError.of('usage_invalid', text);
  }
  const province = code.data;
  const entityId = anchor.entityId.replace(/\/anchor$/, `/provinces/${province}`);
  const keys = openKeyStore(keySettingOf(cli.env));
  const actor = await withKeys(() => keys.openActor(partOwner(`province:${province}`), entityId));
  const { zh, en } = PROVINCES[province];
  const name = { zh: `${zh}（沙箱）`, en: `${en} (sandbox)` };
  return { entity_id: actor.entityId, role: 'province', province, name, jwks: { keys: [actor.publicJwk] } };
}

async function readEnrolment(file: string): Promise<Enrolment> {
  const parsed = enrolmentSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  const { at, zh, en } = faultText(parsed.error);
  throw CliError.of('enrolment_invalid', { zh: `${file} 的 ${at}：${zh}`, en: `${file}: ${at}: ${en}` });
}

async function readJwk(given: string): Promise<RegistryJwk> {
  const document = given.trimStart().startsWith('{') ? jsonOrUndefined(given) : await readJson(given);
  const parsed = registryJwkSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  // A private key that was given by mistake is not quoted.
  throw CliError.of('enrolment_invalid', { zh: '不是带 kid 的公钥 JWK', en: 'not a public JWK with a kid' });
}
