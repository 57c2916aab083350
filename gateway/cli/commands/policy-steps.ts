import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { CliError } from '../cli-error.ts';
import { openRegistryApi } from '../enter-event.ts';
import { readPolicy } from '../policy-file.ts';
import { provinceArgument, versionReader } from '../registered-adapter.ts';
import { provincePart } from '../sandbox-parts.ts';
import { type StepCommand, signedStep } from '../signed-step.ts';

interface WithdrawInput {
  readonly province: ProvinceCode;
  readonly table?: string;
}

/** `policy publish | withdraw`: a destination's table comes into force, or gives way to the national baseline. */
export const POLICY_STEPS: readonly StepCommand[] = [
  signedStep({
    name: 'publish',
    zh: '由目的地签名公布决策表；几秒内在各实例生效',
    en: 'publish a table, signed by its destination; in force everywhere within a second',
    example: 'policy publish gateway/policy/samples/exception.json',
    takes: (cli, command) =>
      command.argument(
        '<file>',
        cli.say({ zh: '决策表 JSON 文件；- 表示标准输入', en: 'a policy as JSON; - is stdin' }),
      ),
    read: ({ file }: { readonly file: string }) => readPolicy(file),
    by: ({ destination }) => provincePart(destination),
    signs: (policy) => {
      const named = `${policy.id}@${policy.version}`;
      return {
        events: [{ kind: 'policy_published', body: { policy } }],
        about: { policy: named, destination: policy.destination },
        zh: `已公布 ${named}`,
        en: `published ${named}`,
      };
    },
  }),
  signedStep({
    name: 'withdraw',
    zh: '撤回决策表，改行国家基准',
    en: 'withdraw the table in force: the national baseline applies again',
    example: 'policy withdraw 440000',
    takes: (cli, command) =>
      command
        .argument(...provinceArgument(cli))
        .option(
          '--table <version>',
          cli.say({ zh: '现行决策表的版本（默认向注册表查询）', en: 'the version in force (asked of the registry)' }),
          versionReader(cli),
        ),
    read: async ({ province, table }: WithdrawInput, cli) => {
      if (table !== undefined) return { province, version: table, named: table };
      const { source, policy } = await openRegistryApi(cli).policy(province);
      if (source === 'baseline') throw CliError.rejected('policy_unknown');
      return { province, version: policy.version, named: `${policy.id}@${policy.version}` };
    },
    by: ({ province }) => provincePart(province),
    signs: ({ province, version, named }) => ({
      events: [{ kind: 'policy_withdrawn', body: { province, version } }],
      about: { policy: named, province },
      zh: `已撤回 ${named}`,
      en: `withdrew ${named}`,
    }),
  }),
];
