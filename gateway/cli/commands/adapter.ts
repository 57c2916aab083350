import { type Command, Option } from 'commander';
import type { ConformanceReport } from '../../../schemas/conformance-report.ts';
import { credentialFamilySchema } from '../../../schemas/credential-family.ts';
import { driverConfigSchema } from '../../../schemas/driver-config.ts';
import { manifestSchema } from '../../../schemas/manifest.ts';
import type { CheckOptions, InitOptions, TestOptions } from '../adapter-folder-work.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { printConformance } from '../conformance-text.ts';
import { provinceReader } from '../registered-adapter.ts';
import { addAdapterList } from './adapter-list.ts';
import { ADAPTER_STEPS } from './adapter-steps.ts';
import { described, describedGroup, jsonOption, reading } from './command.ts';

const DRIVERS = driverConfigSchema.options.map(({ shape }) => shape.name.value);
const SYSTEM_ID = manifestSchema.shape.system.shape.id;

/**
 * What works on a folder stands on every driver and check, and takes longer to load than a signed step takes: it is loaded
 * where it is needed.
 */
const loadFolderWork = () => import('../adapter-folder-work.ts');

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
    .action(async (dir: string, options: InitOptions) => {
      const { writeTemplate } = await loadFolderWork();
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
    .action(async (dir: string, options: CheckOptions) => {
      const { checkFolder } = await loadFolderWork();
      show(cli, options, checkFolder(dir, options));
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
      const { testFolder } = await loadFolderWork();
      show(cli, options, await testFolder(cli, dir, options));
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

function originOf(text: string): string | null {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? text : null;
}
