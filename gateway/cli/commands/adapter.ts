import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { AdapterFolderError, readAdapterFolder } from '../../../adapters/adapter-folder.ts';
import { finding, inScenarios } from '../../../adapters/conformance/finding.ts';
import { checkLive, LIVE_DEFAULTS, type LiveOutcome } from '../../../adapters/conformance/live-checks.ts';
import type { LiveTarget } from '../../../adapters/conformance/live-target.ts';
import { openProbeFetch } from '../../../adapters/conformance/probe-fetch.ts';
import { conformanceReport } from '../../../adapters/conformance/report.ts';
import { startSimulatedTarget } from '../../../adapters/conformance/simulated-target.ts';
import { checkStatic, type StaticOutcome } from '../../../adapters/conformance/static-checks.ts';
import type { Subject } from '../../../adapters/conformance/subject.ts';
import { adapterTemplate } from '../../../adapters/conformance/template.ts';
import { manifestsBeside } from '../../../adapters/provinces/index.ts';
import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { ConformanceReport } from '../../../schemas/conformance-report.ts';
import { type CredentialFamily, credentialFamilySchema } from '../../../schemas/credential-family.ts';
import { type DriverName, driverConfigSchema } from '../../../schemas/driver-config.ts';
import { manifestSchema } from '../../../schemas/manifest.ts';
import { conformanceCheckText } from '../../../schemas/texts/conformance-checks.ts';
import { readAccessFile } from '../adapter-access.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { printConformance } from '../conformance-text.ts';
import { provinceReader } from '../registered-adapter.ts';
import { addAdapterList } from './adapter-list.ts';
import { ADAPTER_STEPS } from './adapter-steps.ts';
import { described, describedGroup, jsonOption, reading } from './command.ts';

interface InitOptions {
  readonly province: ProvinceCode;
  readonly driver: DriverName;
  readonly family?: CredentialFamily;
  readonly name: string;
}
interface CheckOptions {
  readonly json?: boolean;
  readonly production?: boolean;
}
interface TestOptions extends CheckOptions {
  readonly url?: string;
  readonly secrets?: string;
}

const DRIVERS = driverConfigSchema.options.map(({ shape }) => shape.name.value);
const SYSTEM_ID = manifestSchema.shape.system.shape.id;

/** `adapter`: a province's folder from blanks to a report, then its way through the registry. */
export function addAdapter(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('adapter'), {
    zh: '编写、检查、测试、登记一个省份的适配器',
    en: "write, check, test and register a province's adapter",
    example: 'adapter check adapters/provinces/410000-henan',
  });
  addInit(group, cli);
  addCheck(group, cli);
  addTest(group, cli);
  for (const add of ADAPTER_STEPS) add(group, cli);
  addAdapterList(group, cli);
}

function addInit(group: Command, cli: Cli): void {
  described(cli, group.command('init').argument('<dir>'), {
    zh: '新建适配器目录，空白处标有 FILL_',
    en: 'write a new folder whose blanks start with FILL_',
    example: 'adapter init 120000-tianjin --province 120000 --driver tif --name tianjin-jinkangma',
  })
    .requiredOption(
      '--province <code>',
      cli.say({ zh: 'GB/T 2260 省级代码', en: 'GB/T 2260 province code' }),
      provinceReader(cli),
    )
    .addOption(
      new Option('--driver <name>', cli.say({ zh: '协议驱动', en: 'protocol driver' }))
        .choices(DRIVERS)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--family <name>',
        cli.say({
          zh: '持有人自带证书的类型（驱动为 certificate）',
          en: 'a family of certificates, by the driver certificate',
        }),
      )
        .choices(credentialFamilySchema.options)
        .implies({ driver: 'certificate' }),
    )
    .requiredOption(
      '--name <id>',
      cli.say({ zh: '系统标识', en: 'system id' }),
      reading(
        (text) => SYSTEM_ID.safeParse(text).data ?? null,
        cli.say({ zh: '应为小写单词，以连字符相连', en: 'lower-case words joined by hyphens' }),
      ),
    )
    .action((dir: string, options: InitOptions) => {
      writeTemplate(dir, options);
      cli.print(cli.say({ zh: `已写入 ${dir}`, en: `${dir} written` }));
      cli.print(
        cli.say({
          zh: `下一步：按 README.md 填写 FILL_ 空白，然后 huren adapter check ${dir}`,
          en: `next: fill the FILL_ blanks as README.md says, then huren adapter check ${dir}`,
        }),
      );
    });
}

function addCheck(group: Command, cli: Cli): void {
  described(cli, group.command('check').argument('<dir>'), {
    zh: '静态检查：不访问任何系统',
    en: 'static check: asks no system anything',
    example: 'adapter check adapters/provinces/410000-henan --json',
  })
    .option(...jsonOption(cli))
    .option(...productionOption(cli))
    .action((dir: string, options: CheckOptions) => {
      const { digest, outcome } = checkFolder(dir, options);
      const parts = { manifest: outcome.subject?.manifest ?? null, manifestDigest: digest, latency: null };
      show(cli, options, conformanceReport({ ...parts, level: 'static', outcomes: [outcome], nowMs: Date.now() }));
    });
}

function addTest(group: Command, cli: Cli): void {
  described(cli, group.command('test').argument('<dir>'), {
    zh: '静态检查后访问上游；不给 --url 时自动启动模拟上游',
    en: 'static check, then the upstream itself; without --url a simulated one is started',
    example: 'adapter test adapters/provinces/410000-henan',
  })
    .option(...jsonOption(cli))
    .option(...productionOption(cli))
    .option(
      '--url <origin>',
      cli.say({ zh: '上游地址', en: 'origin of the upstream' }),
      reading(originOf, cli.say({ zh: '应为 http(s)://主机', en: 'http(s)://host' })),
    )
    .option(
      '--secrets <file>',
      cli.say({
        zh: '{"secrets":{名称:值},"codes":{场景:码}}',
        en: '{"secrets":{name:value},"codes":{scenario:code}}',
      }),
    )
    .action(async (dir: string, options: TestOptions) => {
      if ((options.url === undefined) !== (options.secrets === undefined)) {
        throw CliError.of('usage_invalid', {
          zh: '--url 与 --secrets 须同时给出',
          en: '--url and --secrets go together',
        });
      }
      const { digest, outcome } = checkFolder(dir, options);
      const parts = { manifest: outcome.subject?.manifest ?? null, manifestDigest: digest, level: 'live' } as const;
      // What the static check refuses may not even start: the report then says what stands in the way.
      const live = outcome.checks.every(({ passed }) => passed) ? await testLive(cli, outcome.subject, options) : null;
      const outcomes = live === null ? [outcome] : [outcome, live];
      const report = { ...parts, outcomes, latency: live?.latency ?? null, nowMs: Date.now() };
      show(cli, options, conformanceReport(live === null ? { ...report, level: 'static' } : report));
    });
}

function productionOption(cli: Cli): [flags: string, description: string] {
  return ['--production', cli.say({ zh: '不接受沙盒地址', en: 'accept no sandbox address' })];
}

function show(cli: Cli, { json }: CheckOptions, report: ConformanceReport): void {
  if (json === true) cli.printJson(report);
  else printConformance(cli, report);
  process.exitCode = report.passed ? 0 : 1;
}

function checkFolder(dir: string, { production }: CheckOptions): { digest: string; outcome: StaticOutcome } {
  const folder = readFolder(dir);
  return {
    digest: folder.manifestDigest,
    outcome: checkStatic(folder, { others: manifestsBeside(dir), production: production === true }),
  };
}

async function testLive(cli: Cli, subject: Subject | null, { url, secrets }: TestOptions) {
  if (subject === null) return null;
  const options = { ...LIVE_DEFAULTS, onCheck: (name: string) => cli.progress(cli.say(conformanceCheckText(name))) };
  try {
    if (url !== undefined && secrets !== undefined)
      return await checkLive(remoteTarget(subject, url, secrets), options);
    const { target, close } = await startSimulatedTarget(subject.manifest, subject.scenarios, Date.now);
    try {
      const outcome = await checkLive(target, options);
      return subject.scenarios.exchanges === undefined ? unheld(outcome) : outcome;
    } finally {
      close();
    }
  } finally {
    cli.progress('');
  }
}

/** A simulated system agrees with the manifest that it was made from: that alone says nothing about the real one. */
function unheld(outcome: LiveOutcome): LiveOutcome {
  const found = finding('exchange_undocumented', inScenarios('/exchanges'), 'try a test system with --url as well');
  return { ...outcome, findings: [...outcome.findings, found] };
}

function remoteTarget({ manifest, scenarios }: Subject, url: string, accessPath: string): LiveTarget {
  const { secrets, codes } = readAccessFile(accessPath, scenarios);
  return { manifest, scenarios, codes, secrets, fetchWithin: openProbeFetch(url), nowMs: Date.now, setFault: null };
}

function originOf(text: string): string | null {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? text : null;
}

function readFolder(dir: string) {
  try {
    return readAdapterFolder(dir);
  } catch (error) {
    if (!(error instanceof AdapterFolderError)) throw error;
    throw CliError.of('file_unreadable', { zh: `无法读取：${error.message}`, en: error.message });
  }
}

function writeTemplate(dir: string, choice: InitOptions): void {
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    const text = { zh: `${dir} 已存在且不为空`, en: `${dir} exists and is not empty` };
    throw CliError.of('usage_invalid', text);
  }
  for (const { path, text } of adapterTemplate(choice)) {
    const target = join(dir, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, { flag: 'wx' });
  }
}
