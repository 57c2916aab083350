import { type Command, Option } from 'commander';
import type { LocalisedText, ProvinceCode, Purpose } from '../../../schemas/code-lists/index.ts';
import { PURPOSES, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { type ScannedLine, scannedLines } from '../../../schemas/scanned-lines.ts';
import { unframed } from '../../../schemas/scanned-text.ts';
import { MAX_CODE_LENGTH } from '../../../schemas/verification.ts';
import type { FailedAnswer } from '../../trust/check-answer.ts';
import { printAnswer } from '../answer-text.ts';
import { type BatchOptions, scanFile } from '../batch/scan-file.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { pinningAdvice } from '../pinning-advice.ts';
import { readPresented } from '../presented-input.ts';
import { reportCheck, reportError } from '../report.ts';
import { type Scan, scanCode } from '../scan-code.ts';
import { readTrust, type TrustOptions } from '../trust-material.ts';
import { knownPlace, obtainAccess, type VenueAccess } from '../venue-access.ts';
import { passIn, verifyPassCommand } from '../verify-pass.ts';
import { described, jsonOption, reading } from './command.ts';
import { withTrust } from './verify-options.ts';

/** UTF-8 takes four bytes at most. */
const MAX_ONE_BYTES = MAX_CODE_LENGTH * 4;
const MAX_FILE_BYTES = 16 * 1024 * 1024;

interface ScanOptions extends TrustOptions, BatchOptions {
  readonly venue?: string;
  readonly file?: string;
  readonly purpose?: Purpose;
  readonly destination?: ProvinceCode;
}

/** `scan CODE`: asks as a venue does, and verifies the answer against the pinned anchor. `--file`: one code, or many. */
export function addScan(program: Command, cli: Cli): void {
  const command = withTrust(
    cli,
    described(cli, program.command('scan'), {
      zh: '像场所一样查验一个健康码，并验证答复',
      en: 'check one code as a venue does, and verify the answer',
      example: "scan 'https://…' --venue guangzhou-hospital",
    }),
  )
    .argument(
      '[code]',
      cli.say({ zh: '扫码所得文本；- 表示从标准输入读取', en: 'what the scanner read; - reads it from stdin' }),
    )
    .option(
      '--file <file>',
      cli.say({
        zh: '扫码所得文本在此文件中，一行一个码；- 表示标准输入',
        en: 'what the scanner read is in this file, one code a line; - is stdin',
      }),
    )
    .option(...jsonOption(cli));
  withRows(cli, command)
    .option(
      '--venue <id>',
      cli.say({ zh: '以哪个沙箱场所的身份', en: 'which sandbox venue asks (the first unless told)' }),
    )
    .addOption(
      new Option(
        '--purpose <purpose>',
        cli.say({ zh: '查验目的', en: "what the check is for (the venue's first)" }),
      ).choices(Object.keys(PURPOSES)),
    )
    .option(
      '--destination <code>',
      cli.say({
        zh: '通行凭证须用于此目的地（GB/T 2260；默认为场所所在省份）',
        en: "where passes have to be for (GB/T 2260; the venue's own province unless told)",
      }),
      reading((text) => provinceCodeSchema.safeParse(text).data ?? null, 'GB/T 2260'),
    )
    .action(async (code: string | undefined, options: ScanOptions) => {
      const input = await inputOf(code, options);
      if (typeof input !== 'string') {
        process.exitCode = await runBatch(cli, input, options);
        return;
      }
      const pass = passIn(input);
      if (pass !== null) {
        process.exitCode = await runPass(cli, pass, options);
        return;
      }
      const ran = await runScan(cli, input, options);
      process.exitCode = options.json === true ? printScanJson(cli, ran) : printScan(cli, ran);
    });
}

/** Adds how many codes are answered: a row each, and where to. */
function withRows(cli: Cli, command: Command): Command {
  return command
    .addOption(
      new Option('--csv', cli.say({ zh: '多个码：逐行输出 CSV', en: 'many codes: one row each, as CSV' })).conflicts([
        'json',
        'jsonl',
      ]),
    )
    .addOption(
      new Option(
        '--jsonl',
        cli.say({ zh: '多个码：逐行输出 JSON', en: 'many codes: one row each, as JSON lines' }),
      ).conflicts('json'),
    )
    .option(
      '--out <file>',
      cli.say({
        zh: '把各行写入此文件（默认 JSON 行）；不含任何健康码',
        en: 'write the rows to this file (JSON lines unless told); no code stands in it',
      }),
    )
    .option(
      '--resume',
      cli.say({
        zh: '接着 --out 文件中已有的行继续',
        en: 'go on after the rows that the file of --out has already',
      }),
    );
}

interface Ran {
  readonly scan: Scan;
  /** What to do where nothing is pinned that an answer could be held against. */
  readonly advice: LocalisedText | undefined;
}

/**
 * The one code that is to be scanned, or the lines of a file where there are many or rows are asked for. An argument stays in
 * the shell's history and shows in the process list; a code from a file or a pipe does not.
 */
async function inputOf(code: string | undefined, options: ScanOptions): Promise<string | ScannedLine[]> {
  const { file, csv, jsonl, out, resume } = options;
  const wantsRows = csv === true || jsonl === true || out !== undefined || resume === true;
  if ((code === undefined) === (file === undefined)) {
    throw CliError.of('usage_invalid', {
      zh: '缺少参数：给出健康码或 --file，二者之一',
      en: "missing required argument 'code', or --file: one of the two",
    });
  }
  if (wantsRows && (file === undefined || (resume === true && out === undefined))) {
    throw CliError.of('usage_invalid', {
      zh: '--csv、--jsonl、--out 须与 --file 同用，--resume 须与 --out 同用',
      en: '--csv, --jsonl and --out need --file, and --resume needs --out',
    });
  }
  if (code !== undefined && code !== '-') return code;
  const text = await readPresented(file ?? '-', file === undefined ? MAX_ONE_BYTES : MAX_FILE_BYTES);
  if (text === null) throw tooLarge(file);
  const lines = file === undefined ? [] : scannedLines(text);
  if (lines.length > 1 || (wantsRows && lines.length > 0)) return lines;
  if (Buffer.byteLength(text) > MAX_ONE_BYTES) throw tooLarge(undefined);
  return unframed(text);
}

function tooLarge(file: string | undefined): CliError {
  const text =
    file === undefined
      ? { zh: '内容过长，不是健康码', en: 'that is too long to be a code' }
      : { zh: `${file} 过大：至多 16 MiB`, en: `${file} is too large: 16 MiB at most` };
  return CliError.of('usage_invalid', text);
}

async function runBatch(cli: Cli, lines: readonly ScannedLine[], options: ScanOptions): Promise<0 | 1> {
  const { trust, access } = opened(cli, options);
  const { purpose, destination } = options;
  return await scanFile(cli, lines, { obtainAccess: access, trust, purpose, destination }, options);
}

/** Nobody is asked about a pass: it is verified here, and has to be for where it is shown. */
async function runPass(cli: Cli, pass: string, options: ScanOptions): Promise<0 | 1> {
  const destination = options.destination ?? knownPlace(await opened(cli, options).access());
  return await verifyPassCommand(cli, pass, { ...options, destination });
}

async function runScan(cli: Cli, code: string, options: ScanOptions): Promise<Ran> {
  const { gateway, trust, access } = opened(cli, options);
  const { purpose } = options;
  const scan = await scanCode(await access(), trust, { code, ...(purpose === undefined ? {} : { purpose }) });
  return { scan, advice: trust.anchor === null ? await pinningAdvice(gateway) : undefined };
}

function opened(cli: Cli, options: ScanOptions) {
  const gateway = new GatewayClient(gatewayUrl(cli.env));
  const trust = readTrust(options, cli.env);
  let found: Promise<VenueAccess> | null = null;
  const access = () => {
    found ??= obtainAccess(gateway, cli.env, options.venue);
    return found;
  };
  return { gateway, trust, access };
}

/** Members of a reply that no signature covers: whoever reads the JSON must not take them for verified. */
const UNSIGNED_MEMBERS = ['age_s', 'remedy', 'issuer.name', 'reasons.text'];

function printScanJson(cli: Cli, { scan, advice }: Ran): 0 | 1 {
  if (scan.kind === 'problem') {
    cli.printJson(scan.problem);
    reportError(cli, CliError.refused(scan.problem));
    return 1;
  }
  const { verified, chain } = scan.checked;
  const failure = scan.checked.verified ? {} : failureOf(scan.checked);
  cli.printJson({ ...scan.reply, verified, chain, unsigned: UNSIGNED_MEMBERS, ...failure });
  return reportCheck(cli, scan.checked, advice);
}

function failureOf({ verified: _verified, chain: _chain, ...failure }: FailedAnswer) {
  return failure;
}

function printScan(cli: Cli, { scan, advice }: Ran): 0 | 1 {
  if (scan.kind === 'problem') {
    reportError(cli, CliError.refused(scan.problem));
    return 1;
  }
  printAnswer(cli, scan.reply, scan.checked, Math.floor(Date.now() / 1000));
  return reportCheck(cli, scan.checked, advice);
}
