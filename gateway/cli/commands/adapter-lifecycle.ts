import { type Command, Option } from 'commander';
import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import {
  type ActivationMode,
  activationModeSchema,
  SUSPENSION_REASONS,
  type SuspensionReason,
  versionSchema,
} from '../../../schemas/registry-event.ts';
import { textDigest } from '../../registry/sign-event.ts';
import type { Cli } from '../cli.ts';
import { type Entered, enterEvent, printEntered } from '../enter-event.ts';
import {
  adapterAt,
  assertSameBytes,
  namesIn,
  provinceArgument,
  readTexts,
  versionAt,
  versionBefore,
  versioned,
} from '../registered-adapter.ts';
import { chooseSigner, type SignerOptions, signerOptions } from '../signer-choice.ts';
import { described, jsonOption, reading } from './command.ts';

interface StepOptions extends SignerOptions {
  readonly json?: boolean;
}
interface ApproveOptions extends StepOptions {
  readonly dir?: string;
}
interface ActivateOptions extends StepOptions {
  readonly shadow?: true;
  readonly canary?: number;
  readonly full?: true;
}

const REASONS: readonly SuspensionReason[] = [
  'requested_by_province',
  'wrong_answers',
  'key_compromised',
  'upstream_withdrawn',
  'misuse',
  'other',
];

/** `adapter submit | approve | activate | suspend | resume | rollback`: signed steps of a running registry. */
export function addAdapterLifecycle(group: Command, cli: Cli): void {
  addSubmit(group, cli);
  addApprove(group, cli);
  addActivate(group, cli);
  addSuspend(group, cli);
  addResume(group, cli);
  addRollback(group, cli);
}

function addSubmit(group: Command, cli: Cli): void {
  const command = described(cli, group.command('submit').argument('<dir>'), {
    zh: '由省份签名提交一个版本；网关随即自行检查',
    en: 'submit a version, signed by its province; the gateway checks it at once',
    example: 'adapter submit adapters/conformance/examples/120000-tianjin --as province:120000',
  });
  step(cli, command).action(async (dir: string, options: StepOptions) => {
    const texts = readTexts(dir);
    const { province, version } = namesIn(texts.manifest, dir);
    const actor = await chooseSigner(options, `province:${province}`, cli.env);
    const body = { manifest: texts.manifest, scenarios_digest: await textDigest(texts.scenarios) };
    const entered = await enterEvent(cli, actor, { kind: 'adapter_submitted', body, scenarios: texts.scenarios });
    const { view } = await versionAt(cli, province, version);
    const passed = view.check?.passed === true;
    show(
      cli,
      options,
      entered,
      { province, version, check: view.check },
      {
        zh: `已提交 ${province} ${version}，${passed ? '符合性检查通过' : '符合性检查未通过'}`,
        en: `submitted ${province} ${version}; the conformance check ${passed ? 'passed' : 'failed'}`,
      },
    );
    if (passed) next(cli, options, `adapter approve ${province} ${version} --as operator-a`);
    else {
      next(cli, options, `adapter report ${province} ${version}`);
      process.exitCode = 1;
    }
  });
}

function addApprove(group: Command, cli: Cli): void {
  const command = described(cli, versioned(cli, group.command('approve')), {
    zh: '国家运营者批准一个版本（须两名不同的运营者）',
    en: 'approve a version as a national operator; two different ones are needed',
    example: 'adapter approve 120000 0.1.0 --as operator-a --dir adapters/conformance/examples/120000-tianjin',
  }).option(
    '--dir <dir>',
    cli.say({ zh: '只批准此目录中的内容', en: 'approve the bytes of this folder, which you reviewed' }),
  );
  step(cli, command).action(async (province: ProvinceCode, version: string, options: ApproveOptions) => {
    const actor = await chooseSigner(options, null, cli.env);
    const { view, manifest } = await versionAt(cli, province, version);
    await assertSameBytes(manifest, view);
    const manifest_digest =
      options.dir === undefined ? view.manifest_digest : await textDigest(readTexts(options.dir).manifest);
    const entered = await enterEvent(cli, actor, {
      kind: 'adapter_approved',
      body: { province, version, manifest_digest },
    });
    const counting = (await versionAt(cli, province, version)).view.approvals.filter(({ counts }) => counts).length;
    show(
      cli,
      options,
      entered,
      { province, version, manifest_digest, approvals: counting },
      {
        zh: `已批准 ${province} ${version}（${counting}/${view.approvals_needed}）`,
        en: `approved ${province} ${version} (${counting} of ${view.approvals_needed})`,
      },
    );
    const enough = counting >= view.approvals_needed;
    next(
      cli,
      options,
      enough ? `adapter activate ${province} ${version}` : `adapter approve ${province} ${version} --as operator-b`,
    );
  });
}

function addActivate(group: Command, cli: Cli): void {
  const command = described(cli, versioned(cli, group.command('activate')), {
    zh: '启用一个已获两次批准的版本（默认全量）',
    en: 'put a twice approved version to use; in full unless told otherwise',
    example: 'adapter activate 120000 0.1.0',
  })
    .addOption(
      new Option('--shadow', cli.say({ zh: '只对照，不作答', en: 'ask and compare, never serve' })).conflicts([
        'canary',
        'full',
      ]),
    )
    .addOption(
      new Option(
        '--canary <percent>',
        cli.say({ zh: '对百分之几的码作答（1-99）', en: 'serve this share of codes, 1-99' }),
      )
        .argParser(reading(percentOf, 'a whole number from 1 to 99'))
        .conflicts(['shadow', 'full']),
    )
    .addOption(new Option('--full', cli.say({ zh: '全量', en: 'serve every code' })));
  step(cli, command).action(async (province: ProvinceCode, version: string, options: ActivateOptions) => {
    const actor = await chooseSigner(options, `province:${province}`, cli.env);
    const { manifest_digest } = (await versionAt(cli, province, version)).view;
    const mode = modeOf(options);
    const entered = await enterEvent(cli, actor, {
      kind: 'adapter_activated',
      body: { province, version, manifest_digest, mode },
    });
    show(
      cli,
      options,
      entered,
      { province, version, mode },
      {
        zh: `已启用 ${province} ${version}：${modeText(mode).zh}`,
        en: `activated ${province} ${version}: ${modeText(mode).en}`,
      },
    );
  });
}

function addSuspend(group: Command, cli: Cli): void {
  const reasons = REASONS.map((reason) => `${reason} ${cli.say(SUSPENSION_REASONS[reason])}`).join(' · ');
  const command = described(cli, group.command('suspend').argument(...provinceArgument(cli)), {
    zh: '立即停用某省适配器；一名签名者即可',
    en: "stop a province's adapter at once; one signer is enough",
    example: 'adapter suspend 120000 --reason wrong_answers --as operator-a',
  }).addOption(new Option('--reason <code>', reasons).choices(REASONS).default('other'));
  step(cli, command).action(async (province: ProvinceCode, options: StepOptions & { reason: SuspensionReason }) => {
    const actor = await chooseSigner(options, `province:${province}`, cli.env);
    const { reason } = options;
    const entered = await enterEvent(cli, actor, { kind: 'adapter_suspended', body: { province, reason } });
    const why = SUSPENSION_REASONS[reason];
    show(
      cli,
      options,
      entered,
      { province, reason },
      {
        zh: `已暂停 ${province}：${why.zh}`,
        en: `suspended ${province}: ${why.en}`,
      },
    );
  });
}

function addResume(group: Command, cli: Cli): void {
  const command = described(cli, group.command('resume').argument(...provinceArgument(cli)), {
    zh: '恢复被暂停的适配器',
    en: 'lift a suspension',
    example: 'adapter resume 120000 --as operator-a',
  });
  step(cli, command).action(async (province: ProvinceCode, options: StepOptions) => {
    const actor = await chooseSigner(options, `province:${province}`, cli.env);
    const entered = await enterEvent(cli, actor, { kind: 'adapter_resumed', body: { province } });
    show(cli, options, entered, { province }, { zh: `已恢复 ${province}`, en: `resumed ${province}` });
  });
}

function addRollback(group: Command, cli: Cli): void {
  const command = described(cli, group.command('rollback').argument(...provinceArgument(cli)), {
    zh: '回退到之前全量使用的版本，并结束试用',
    en: 'go back to the version in full use before, and end any trial',
    example: 'adapter rollback 120000',
  }).option(
    '--to <version>',
    cli.say({ zh: '回退到此版本', en: 'go back to this version' }),
    reading((text) => versionSchema.safeParse(text).data ?? null, 'a version such as 1.0.0'),
  );
  step(cli, command).action(async (province: ProvinceCode, options: StepOptions & { to?: string }) => {
    const actor = await chooseSigner(options, `province:${province}`, cli.env);
    const to_version = options.to ?? versionBefore(await adapterAt(cli, province));
    const entered = await enterEvent(cli, actor, { kind: 'adapter_rolled_back', body: { province, to_version } });
    show(
      cli,
      options,
      entered,
      { province, to_version },
      {
        zh: `${province} 已回退到 ${to_version}`,
        en: `${province} is back at ${to_version}`,
      },
    );
  });
}

function step(cli: Cli, command: Command): Command {
  return signerOptions(cli, command).option(...jsonOption(cli));
}

function show(
  cli: Cli,
  { json }: StepOptions,
  entered: Entered,
  about: Readonly<Record<string, unknown>>,
  said: { readonly zh: string; readonly en: string },
): void {
  if (json === true) cli.printJson({ ...about, ...entered });
  else printEntered(cli, cli.say(said), entered);
}

function next(cli: Cli, { json }: StepOptions, command: string): void {
  if (json !== true) cli.print(`  ${cli.say({ zh: '下一步', en: 'next     ' })}  huren ${command}`);
}

function modeOf({ shadow, canary }: ActivateOptions): ActivationMode {
  if (shadow === true) return { stage: 'shadow' };
  return activationModeSchema.parse(canary === undefined ? { stage: 'full' } : { stage: 'canary', percent: canary });
}

function modeText(mode: ActivationMode) {
  switch (mode.stage) {
    case 'shadow':
      return { zh: '影子（只对照）', en: 'in shadow, compared and never served' };
    case 'canary':
      return { zh: `试用 ${mode.percent}% 的码`, en: `for ${mode.percent} % of codes` };
    case 'full':
      return { zh: '全量', en: 'in full' };
  }
}

function percentOf(text: string): number | null {
  const percent = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return percent >= 1 ? percent : null;
}
