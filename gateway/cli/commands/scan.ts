import { type Command, Option } from 'commander';
import type { LocalisedText, Purpose } from '../../../schemas/code-lists/index.ts';
import { PURPOSES } from '../../../schemas/code-lists/index.ts';
import { unframed } from '../../../schemas/scanned-text.ts';
import { MAX_CODE_LENGTH } from '../../../schemas/verification.ts';
import type { FailedAnswer } from '../../trust/check-answer.ts';
import { printAnswer } from '../answer-text.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { pinningAdvice } from '../pinning-advice.ts';
import { readPresented } from '../presented-input.ts';
import { reportCheck, reportError } from '../report.ts';
import { type Scan, scanCode } from '../scan-code.ts';
import { readTrust, type TrustOptions } from '../trust-material.ts';
import { obtainAccess } from '../venue-access.ts';
import { described, jsonOption } from './command.ts';
import { withTrust } from './verify-options.ts';

interface ScanOptions extends TrustOptions {
  readonly json?: boolean;
  readonly venue?: string;
  readonly file?: string;
  readonly purpose?: Purpose;
}

/** `scan CODE`: asks as a venue does, and verifies the answer against the pinned anchor. */
export function addScan(program: Command, cli: Cli): void {
  withTrust(
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
    .option('--file <file>', cli.say({ zh: '扫码所得文本在此文件中', en: 'what the scanner read is in this file' }))
    .option(...jsonOption(cli))
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
    .action(async (code: string | undefined, options: ScanOptions) => {
      const ran = await runScan(cli, code, options);
      process.exitCode = options.json === true ? printScanJson(cli, ran) : printScan(cli, ran);
    });
}

interface Ran {
  readonly scan: Scan;
  /** What to do where nothing is pinned that an answer could be held against. */
  readonly advice: LocalisedText | undefined;
}

async function runScan(cli: Cli, code: string | undefined, options: ScanOptions): Promise<Ran> {
  const text = await scannedText(code, options.file);
  const gateway = new GatewayClient(gatewayUrl(cli.env));
  const trust = readTrust(options, cli.env);
  const access = await obtainAccess(gateway, cli.env, options.venue);
  const { purpose } = options;
  const scan = await scanCode(access, trust, { code: text, ...(purpose === undefined ? {} : { purpose }) });
  return { scan, advice: trust.anchor === null ? await pinningAdvice(gateway) : undefined };
}

/** An argument stays in the shell's history and shows in the process list; a code from a file or a pipe does not. */
async function scannedText(code: string | undefined, file: string | undefined): Promise<string> {
  if ((code === undefined) === (file === undefined)) {
    const text = {
      zh: '缺少参数：给出健康码或 --file，二者之一',
      en: "missing required argument 'code', or --file: one of the two",
    };
    throw CliError.of('usage_invalid', text);
  }
  if (code !== undefined && code !== '-') return code;
  const text = await readPresented(file ?? '-', MAX_CODE_LENGTH * 4);
  if (text === null)
    throw CliError.of('usage_invalid', { zh: '内容过长，不是健康码', en: 'that is too long to be a code' });
  return unframed(text);
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
