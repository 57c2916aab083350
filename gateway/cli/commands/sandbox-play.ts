import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { PROVINCES, type ProvinceCode, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { entityIdSchema } from '../../../schemas/status.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { stopOnSignal } from '../serving.ts';
import { lineCells, tableLines } from '../table.ts';
import { described, entityReader, reading } from './command.ts';

interface PlaceOptions {
  readonly address: string;
  readonly port: number;
  readonly dir: string;
}
interface SystemOptions extends PlaceOptions {
  readonly province: ProvinceCode;
  readonly issuer: string;
  readonly node?: string | null;
}
interface Gateway {
  readonly province: ProvinceCode;
  readonly entityId: string;
}

/**
 * `sandbox certificates | system | authorization-server | code`: what a nation that is set up by hand still needs somebody to
 * play, each over TLS at an address of its own. Loaded when one of them is asked for, and by no gateway.
 */
export function addPlayed(group: Command, cli: Cli): void {
  addCertificates(group, cli);
  addSystem(group, cli);
  addServer(group, cli);
  addCode(group, cli);
}

function addCertificates(group: Command, cli: Cli): void {
  const { say } = cli;
  const places = say({ zh: '地址=目录，如 127.0.0.2=platform', en: 'ADDRESS=DIR, such as 127.0.0.2=platform' });
  described(cli, group.command('certificates'), {
    zh: '由新的测试证书机构为各地址签发 TLS 证书，写入各自目录；机构私钥不保留',
    en: 'make TLS certificates of a new test authority, one an address, each in its directory; nobody keeps its key',
    example: 'sandbox certificates 127.0.0.2=platform 127.0.0.3=henan',
  })
    .argument('<place...>', places)
    .action(async (given: string[]) => {
      const seats = given.map((text) => placeOf(text) ?? usage(places));
      const { issueCertificates } = await room();
      await issueCertificates(seats);
      const rows = seats.map(({ address, dir }) => [address, `${dir}/tls.pem  tls-key.pem  ca.pem`]);
      for (const line of tableLines(rows)) cli.print(line);
    });
}

function addSystem(group: Command, cli: Cli): void {
  const { say } = cli;
  const command = described(cli, group.command('system'), {
    zh: '模拟一个省的系统，并在目录中备好该省与各网关所需的文件',
    en: 'play the system of a province, and leave what it and the gateways need in the directory',
    example:
      'sandbox system --province 410000 --issuer https://127.0.0.3:8443/province --address 127.0.0.5 --port 8443 --dir system',
  })
    .addOption(
      new Option('--province <code>', say({ zh: 'GB/T 2260 省级代码', en: 'GB/T 2260 province code' }))
        .argParser(reading(provinceOf, say({ zh: '应为省级代码', en: 'a province code' })))
        .makeOptionMandatory(),
    )
    .requiredOption(
      '--issuer <id>',
      say({ zh: '其状态声明以此主体的名义签署：该省', en: 'in whose name its statements are: the province' }),
      entityReader(cli),
    )
    .option(
      '--node <id>',
      say({
        zh: '他省网关应查询的本省签发节点；缺省则直接查询系统',
        en: "the province's issuer, which others' gateways ask; without it they ask the system itself",
      }),
      entityReader(cli),
    );
  placeOptions(cli, command).action(async ({ province, issuer, node = null, ...place }: SystemOptions) => {
    const { playSystem } = await room();
    const whose = { province, issuer, node };
    const { url, upstreamDir, adapterDir, statementKeyFile } = await played(playSystem(whose, place));
    const name = say(PROVINCES[province]);
    cli.print(say({ zh: `${name}的系统已在 ${url}`, en: `the system of ${name} answers at ${url}` }));
    const rows = [
      [say({ zh: '交给查询它的节点', en: 'for nodes that ask it' }), upstreamDir],
      [say({ zh: '由该省提交的适配器', en: 'for its province to submit' }), adapterDir],
      ...(statementKeyFile === null
        ? []
        : [[say({ zh: '由该省登记的声明密钥', en: 'for its province to enrol' }), statementKeyFile]]),
    ];
    for (const line of tableLines(rows, lineCells() - 2)) cli.print(`  ${line}`);
    await stopped(cli, url);
  });
}

function addServer(group: Command, cli: Cli): void {
  const { say } = cli;
  const expected = say({ zh: '应为 省级代码=网关地址', en: 'PROVINCE=GATEWAY, a code and an address' });
  const command = described(cli, group.command('authorization-server'), {
    zh: '模拟各省的场所授权服务器：每个网关一个场所',
    en: "play the provinces' authorization servers, with one venue a gateway",
    example:
      'sandbox authorization-server --gateway 440000=https://127.0.0.4:8443 --address 127.0.0.7 --port 8443 --dir venues',
  }).addOption(
    new Option('--gateway <province=id...>', expected)
      .argParser((text: string, before: readonly Gateway[] | undefined) => [
        ...(before ?? []),
        reading(gatewayOf, expected)(text),
      ])
      .makeOptionMandatory(),
  );
  placeOptions(cli, command).action(async ({ gateway, ...place }: PlaceOptions & { gateway: readonly Gateway[] }) => {
    const { playServers } = await room();
    const gateways = new Map(gateway.map(({ province, entityId }) => [province, entityId]));
    const servers = await played(playServers(gateways, place));
    for (const { province, issuer, keysFile, venues } of servers) {
      const name = say(PROVINCES[province]);
      cli.print(say({ zh: `${name}的场所授权服务器：${issuer}`, en: `the venues of ${name} get tokens of ${issuer}` }));
      const rows = [
        [say({ zh: '由该省公布的令牌公钥', en: 'for its province to publish' }), keysFile],
        ...venues.map(({ venue, secretFile }) => [venue, secretFile]),
      ];
      for (const line of tableLines(rows, lineCells() - 2)) cli.print(`  ${line}`);
    }
    await stopped(cli, `https://${place.address}:${place.port}`);
  });
}

function addCode(group: Command, cli: Cli): void {
  described(cli, group.command('code'), {
    zh: '输出一个所模拟系统的示例码',
    en: 'print a code of a system that is played',
    example: 'sandbox code system green',
  })
    .argument('<dir>', cli.say({ zh: 'sandbox system 的目录', en: 'the directory of sandbox system' }))
    .argument('[scenario]', cli.say({ zh: '场景', en: 'which scenario' }), 'green')
    .action(async (dir: string, scenario: string) => {
      const { playedCode } = await room();
      cli.print(printable(await played(playedCode(resolve(dir), scenario))));
    });
}

function placeOptions(cli: Cli, command: Command): Command {
  const { say } = cli;
  const port = say({ zh: '应为 1 至 65535 的整数', en: 'a whole number from 1 to 65535' });
  return command
    .requiredOption(
      '--address <address>',
      say({
        zh: '在此地址监听：回环，或容器网络的私有地址',
        en: 'the address to listen on: loopback, or private as in a network of containers',
      }),
      reading(localAddress, say({ zh: '应为回环或私有地址', en: 'a loopback or private address' })),
    )
    .requiredOption('--port <port>', port, reading(portOf, port))
    .requiredOption(
      '--dir <dir>',
      say({ zh: '其目录；证书须已在其中', en: 'its directory, where its certificate is' }),
      (dir) => resolve(dir),
    );
}

async function room() {
  return await import('../../sandbox/nation/by-hand.ts');
}

/** What cannot be played is told by its code. */
async function played<T>(work: Promise<T>): Promise<T> {
  const { NationError } = await room();
  return await work.catch((error: unknown) => {
    if (!(error instanceof NationError)) throw error;
    throw CliError.of('start_failed', { zh: error.message, en: error.message });
  });
}

async function stopped(cli: Cli, url: string): Promise<void> {
  cli.print(cli.say({ zh: '按 Ctrl-C 停止。', en: 'Ctrl-C stops it.' }));
  await stopOnSignal(cli, { url, close: async () => undefined });
  process.exit(0);
}

function placeOf(text: string) {
  const [address = '', ...rest] = text.split('=');
  const dir = rest.join('=');
  return localAddress(address) === null || dir === '' ? null : { address, dir: resolve(dir) };
}

function gatewayOf(text: string): Gateway | null {
  const [code = '', ...rest] = text.split('=');
  const [province, id] = [provinceOf(code), entityIdSchema.safeParse(rest.join('='))];
  return province === null || !id.success ? null : { province, entityId: id.data };
}

function provinceOf(text: string): ProvinceCode | null {
  return provinceCodeSchema.safeParse(text).data ?? null;
}

/** What is played is for one machine, or for the containers on it: never for whoever can reach a public address. */
function localAddress(text: string): string | null {
  return isIPv4(text) && /^(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(text) ? text : null;
}

function portOf(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

function usage(expected: string): never {
  throw CliError.of('usage_invalid', { zh: expected, en: expected });
}
