import type { Command } from 'commander';
import { type ProvinceCode, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { enterEvent, openRegistryApi, printEntered } from '../enter-event.ts';
import { chooseSigner, type SignerOptions, signerOptions } from '../signer-choice.ts';
import { described, jsonOption, reading } from './command.ts';
import { readPolicy } from './policy.ts';

interface StepOptions extends SignerOptions {
  readonly json?: boolean;
}

/** `policy publish | withdraw`: a destination's table comes into force, or gives way to the national baseline. */
export function addPolicyPublish(group: Command, cli: Cli): void {
  const publish = described(cli, group.command('publish'), {
    zh: '由目的地签名公布决策表；几秒内在各实例生效',
    en: 'publish a table, signed by its destination; in force everywhere within a second',
    example: 'policy publish gateway/policy/samples/exception.json',
  }).argument('<file>', cli.say({ zh: '决策表 JSON 文件；- 表示标准输入', en: 'a policy as JSON; - is stdin' }));
  step(cli, publish).action(async (file: string, options: StepOptions) => {
    const policy = await readPolicy(file);
    const { id, version, destination } = policy;
    const actor = await chooseSigner(options, `province:${destination}`, cli.env);
    const entered = await enterEvent(cli, actor, { kind: 'policy_published', body: { policy } });
    if (options.json === true) return cli.printJson({ policy: `${id}@${version}`, destination, ...entered });
    printEntered(cli, cli.say({ zh: `已公布 ${id}@${version}`, en: `published ${id}@${version}` }), entered);
  });
  const withdraw = described(cli, group.command('withdraw'), {
    zh: '撤回决策表，改行国家基准',
    en: 'withdraw the table in force: the national baseline applies again',
    example: 'policy withdraw 440000',
  }).argument(
    '<province>',
    cli.say({ zh: '目的地', en: 'the destination' }),
    reading((code) => provinceCodeSchema.safeParse(code).data ?? null, 'GB/T 2260, e.g. 440000'),
  );
  step(cli, withdraw).action(async (province: ProvinceCode, options: StepOptions) => {
    const actor = await chooseSigner(options, `province:${province}`, cli.env);
    const { source, policy } = await openRegistryApi(cli).policy(province);
    if (source === 'baseline') throw CliError.rejected('policy_unknown');
    const { id, version } = policy;
    const entered = await enterEvent(cli, actor, { kind: 'policy_withdrawn', body: { province, version } });
    if (options.json === true) return cli.printJson({ policy: `${id}@${version}`, province, ...entered });
    printEntered(cli, cli.say({ zh: `已撤回 ${id}@${version}`, en: `withdrew ${id}@${version}` }), entered);
  });
}

function step(cli: Cli, command: Command): Command {
  return signerOptions(cli, command).option(...jsonOption(cli));
}
