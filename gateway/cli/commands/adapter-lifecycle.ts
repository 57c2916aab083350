import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { readAdapterFolder } from '../../../adapters/conformance/folder.ts';
import { type ProvinceCode, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { conformanceReportSchema } from '../../../schemas/conformance-report.ts';
import {
  type ActivationMode,
  activationModeSchema,
  SUSPENSION_REASONS,
  type SuspensionReason,
  versionSchema,
} from '../../../schemas/registry-event.ts';
import { textDigest } from '../../registry/sign-event.ts';
import { adapterRows, printAdapter } from '../adapter-text.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { printConformance } from '../conformance-text.ts';
import { type Entered, enterEvent, openRegistryApi, printEntered } from '../enter-event.ts';
import type { AdapterView, VersionView } from '../registry-api.ts';
import { chooseSigner, type SignerOptions, signerOptions } from '../signer-choice.ts';
import { tableLines } from '../table.ts';
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

/** `adapter submit | approve | activate | suspend | resume | rollback | list | report`, on a running gateway. */
export function addAdapterLifecycle(group: Command, cli: Cli): void {
  addSubmit(group, cli);
  addApprove(group, cli);
  addActivate(group, cli);
  addSuspend(group, cli);
  addResume(group, cli);
  addRollback(group, cli);
  addList(group, cli);
  addReport(group, cli);
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

function addList(group: Command, cli: Cli): void {
  described(cli, group.command('list'), {
    zh: '列出已登记的适配器及其版本',
    en: 'list the registered adapters and their versions',
    example: 'adapter list',
  })
    .argument('[province]', cli.say({ zh: '只看此省，并详列各版本', en: 'this province alone, with every version' }))
    .option(...jsonOption(cli))
    .action(async (province: string | undefined, { json }: { json?: boolean }) => {
      const adapters = await openRegistryApi(cli).adapters();
      const shown = adapters.filter((adapter) => province === undefined || adapter.province === province);
      if (json === true) return cli.printJson({ adapters: shown });
      if (province === undefined) for (const line of tableLines(adapterRows(cli, shown))) cli.print(line);
      else for (const adapter of shown) printAdapter(cli, adapter);
    });
}

function addReport(group: Command, cli: Cli): void {
  described(cli, versioned(cli, group.command('report')), {
    zh: '网关自行检查后签名的符合性报告',
    en: 'the conformance report that the gateway made and signed',
    example: 'adapter report 410000 1.0.0',
  })
    .option(...jsonOption(cli))
    .action(async (province: ProvinceCode, version: string, { json }: { json?: boolean }) => {
      const { view } = await versionAt(cli, province, version);
      const text = await openRegistryApi(cli).report(province, version);
      if (text === null || (await textDigest(text)) !== view.check?.report_digest) {
        throw CliError.of('bytes_differ', {
          zh: '报告与日志所记的摘要不一致',
          en: 'the report is not the one whose digest is in the log',
        });
      }
      const report = conformanceReportSchema.parse(JSON.parse(text));
      if (json === true) cli.printJson(report);
      else printConformance(cli, report);
      process.exitCode = report.passed ? 0 : 1;
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

function provinceArgument(cli: Cli): [name: string, description: string, parse: (text: string) => ProvinceCode] {
  const text = cli.say({ zh: 'GB/T 2260 省级代码', en: 'GB/T 2260 province code' });
  return [
    '<province>',
    text,
    reading((code) => provinceCodeSchema.safeParse(code).data ?? null, 'GB/T 2260, e.g. 120000'),
  ];
}

function versioned(cli: Cli, command: Command): Command {
  const text = cli.say({ zh: '版本号', en: 'its version' });
  return command.argument(...provinceArgument(cli)).argument(
    '<version>',
    text,
    reading((given) => versionSchema.safeParse(given).data ?? null, 'a version such as 1.0.0'),
  );
}

async function adapterAt(cli: Cli, province: ProvinceCode): Promise<AdapterView> {
  const adapter = await openRegistryApi(cli).adapter(province);
  if (adapter !== null) return adapter;
  throw CliError.rejected('adapter_unknown');
}

async function versionAt(cli: Cli, province: ProvinceCode, version: string) {
  const found = await openRegistryApi(cli).version(province, version);
  if (found === null) throw CliError.rejected('version_unknown');
  return { view: found satisfies VersionView, manifest: found.manifest };
}

/** What is shown for review must be what is signed for. */
async function assertSameBytes(manifest: string, { manifest_digest }: VersionView): Promise<void> {
  if ((await textDigest(manifest)) === manifest_digest) return;
  throw CliError.of('bytes_differ', {
    zh: '网关所示声明与其摘要不一致',
    en: 'the manifest that the gateway shows is not the one of its digest',
  });
}

/** The version last in full use before the active one; the active one itself where a trial is to be ended. */
function versionBefore({ active, trial, versions }: AdapterView): string {
  if (trial !== null && active !== null) return active;
  const at = versions.findIndex(({ version }) => version === active);
  const before = versions.slice(0, Math.max(0, at)).findLast(({ served }) => served);
  if (before === undefined) throw CliError.rejected('rollback_target');
  return before.version;
}

function readTexts(dir: string): { readonly manifest: string; readonly scenarios: string } {
  try {
    readAdapterFolder(dir);
    const read = (path: string) => readFileSync(join(dir, path), 'utf8');
    return { manifest: read('manifest.json'), scenarios: read('fixtures/scenarios.json') };
  } catch (error) {
    const why = error instanceof Error ? error.message : dir;
    throw CliError.of('file_unreadable', { zh: `无法读取：${why}`, en: why });
  }
}

/** Whose manifest it is; whether it is sound is for the registry to say. */
function namesIn(manifest: string, dir: string): { readonly province: ProvinceCode; readonly version: string } {
  const { province, version }: { province?: unknown; version?: unknown } = JSON.parse(manifest);
  const code = provinceCodeSchema.safeParse(province);
  const number = versionSchema.safeParse(version);
  if (code.success && number.success) return { province: code.data, version: number.data };
  const what = `${join(dir, 'manifest.json')}: province, version`;
  throw CliError.of('file_unreadable', { zh: what, en: what });
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
