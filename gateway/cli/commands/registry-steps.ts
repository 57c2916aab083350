import { type Command, Option } from 'commander';
import { z } from 'zod';
import { PROVINCES, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { type Enrolment, enrolmentSchema } from '../../../schemas/registry-event.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { faultText } from '../fault-text.ts';
import { readJson } from '../json-file.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { partOwner, sandboxPart } from '../sandbox-parts.ts';
import { asGiven, type StepCommand, signedStep } from '../signed-step.ts';
import { chooseSigner } from '../signer-choice.ts';

interface Terms {
  readonly role?: string;
  readonly nameZh?: string;
  readonly nameEn?: string;
}

/** `registry enrol | remove`: who may sign in the registry. */
export const REGISTRY_STEPS: readonly StepCommand[] = [
  signedStep({
    name: 'enrol',
    zh: '由国家锚点登记一个主体',
    en: 'enrol an entity, as the national anchor',
    example: 'registry enrol province:120000',
    takes: (cli, command) =>
      termsOptions(
        cli,
        command.argument(
          '<who>',
          cli.say({
            zh: '登记内容 JSON 文件，如 registry public-key 的输出；沙箱中可写 province:120000，并为其生成密钥',
            en: 'a JSON file {entity_id, role, name, jwks, province?}, or what registry public-key printed, with the options; in the sandbox province:120000, whose key is then made',
          }),
        ),
      ),
    read: ({ who, ...terms }: Terms & { readonly who: string }, cli) =>
      sandboxPart(who) === null ? readEnrolment(who, terms) : newProvince(cli, who),
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

/** What the anchor enrols somebody as, who has only handed in an identifier and keys. */
function termsOptions({ say }: Cli, command: Command): Command {
  return command
    .addOption(
      new Option('--role <role>', say({ zh: '登记为', en: 'as what' })).choices(enrolmentSchema.shape.role.options),
    )
    .option('--name-zh <name>', say({ zh: '中文名', en: 'its name in Chinese' }))
    .option('--name-en <name>', say({ zh: '英文名', en: 'its name in English' }));
}

async function readEnrolment(file: string, { role, nameZh: zh, nameEn: en }: Terms): Promise<Enrolment> {
  const document = z.looseObject({}).safeParse(await readJson(file)).data;
  const terms = {
    ...(role === undefined ? {} : { role }),
    ...(zh === undefined && en === undefined ? {} : { name: { zh, en } }),
  };
  const parsed = enrolmentSchema.safeParse({ ...document, ...terms });
  if (parsed.success) return parsed.data;
  const fault = faultText(parsed.error);
  throw CliError.of('enrolment_invalid', {
    zh: `${file} 的 ${fault.at}：${fault.zh}`,
    en: `${file}: ${fault.at}: ${fault.en}`,
  });
}
