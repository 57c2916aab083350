import type { Command } from 'commander';
import { z } from 'zod';
import { problemSchema } from '../../../schemas/problem.ts';
import { MAX_CODE_LENGTH, verificationReplySchema } from '../../../schemas/verification.ts';
import type { HttpReply } from '../../client/exchange.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl, parseReply } from '../gateway-client.ts';
import { drawPass, type PictureOptions, withPictures } from '../pass-drawing.ts';
import { readPresented } from '../presented-input.ts';
import { obtainAccess, type VenueAccess } from '../venue-access.ts';
import { type PassOptions, passIn, verifyPassCommand } from '../verify-pass.ts';
import { described, describedGroup, jsonOption } from './command.ts';
import { withTime, withTrust } from './verify-options.ts';

const MAX_PASS_INPUT_BYTES = 65_536;
const issuedSchema = z.object({
  pass: z.string().nullable(),
  valid_until: z.string().nullable(),
  answer: verificationReplySchema,
});

interface AskOptions {
  readonly json?: boolean;
  readonly venue?: string;
}

interface IssueOptions extends AskOptions, PictureOptions {}

/** `pass`: what a holder carries. Issued and withdrawn by way of the gateway, verified by anybody. */
export function addPass(program: Command, cli: Cli): void {
  const pass = describedGroup(cli, program.command('pass'), {
    zh: '签发、撤销、验证持有人自带的通行凭证',
    en: 'issue, withdraw and verify passes that their holders carry',
    example: 'pass verify pass.txt',
  });
  addIssue(pass, cli);
  addRevoke(pass, cli);
  addVerifyPass(pass, cli);
}

function addIssue(pass: Command, cli: Cli): void {
  const command = described(cli, pass.command('issue'), {
    zh: '为一个健康码签发通行凭证（仅限放行的绿码）',
    en: 'issue a pass for a code whose answer is a pass',
    example: "pass issue 'https://…' --png pass.png",
  });
  withPictures(
    cli,
    withVenue(
      cli,
      command.argument(
        '<code>',
        cli.say({ zh: '扫码所得文本；- 表示标准输入', en: 'what the scanner read; - is stdin' }),
      ),
    ),
  ).action(async (code: string, options: IssueOptions) => {
    const text = code === '-' ? await readPresented('-', MAX_CODE_LENGTH * 4) : code;
    const reply = await post(cli, options, '/v1/passes', ({ purpose }) => ({ code: text ?? '', purpose }));
    const issued = parseReply(reply, issuedSchema);
    if (options.json === true) cli.printJson(issued);
    if (issued.pass === null) {
      const { status, decision } = issued.answer;
      const text = {
        zh: `答复为 ${status} · ${decision}，不签发凭证`,
        en: `the answer is ${status} · ${decision}: no pass`,
      };
      throw CliError.of('pass_not_issued', text);
    }
    if (options.json !== true) cli.print(issued.pass);
    drawPass(cli, issued.pass, options);
  });
}

function addRevoke(pass: Command, cli: Cli): void {
  const command = described(cli, pass.command('revoke'), {
    zh: '撤销一份通行凭证',
    en: 'withdraw a pass',
    example: 'pass revoke pass.txt',
  });
  withVenue(cli, withFile(cli, command)).action(async (file: string, options: AskOptions) => {
    const token = await passFrom(file);
    await post(cli, options, '/v1/passes/revocations', () => ({ pass: token }));
    if (options.json === true) cli.printJson({ withdrawn: true });
    else cli.print(cli.say({ zh: '已撤销；状态列表即刻显示', en: 'withdrawn; its status list shows it from now on' }));
  });
}

function addVerifyPass(pass: Command, cli: Cli): void {
  const command = described(cli, pass.command('verify'), {
    zh: '验证一份通行凭证，包括是否已被撤销',
    en: 'verify a pass up to the national anchor, and that it was not withdrawn',
    example: 'pass verify pass.txt --anchor anchor.json',
  });
  withTime(cli, withTrust(cli, withFile(cli, command)))
    .option(...jsonOption(cli))
    .action(async (file: string, options: PassOptions) => {
      process.exitCode = await verifyPassCommand(cli, await passFrom(file), options);
    });
}

function withFile(cli: Cli, command: Command): Command {
  return command.argument(
    '<file>',
    cli.say({ zh: '凭证文件；- 表示标准输入', en: 'the file with the pass; - is stdin' }),
  );
}

function withVenue(cli: Cli, command: Command): Command {
  return command
    .option(
      '--venue <id>',
      cli.say({ zh: '以哪个沙箱场所的身份', en: 'which sandbox venue asks (the first unless told)' }),
    )
    .option(...jsonOption(cli));
}

async function passFrom(file: string): Promise<string> {
  const text = await readPresented(file, MAX_PASS_INPUT_BYTES);
  const token = text === null ? null : passIn(text.trim());
  if (token !== null) return token;
  throw CliError.of('file_unreadable', { zh: `${file} 中没有通行凭证`, en: `there is no pass in ${file}` });
}

async function post(
  cli: Cli,
  { venue }: AskOptions,
  path: string,
  bodyOf: (access: VenueAccess) => object,
): Promise<HttpReply> {
  const gateway = new GatewayClient(gatewayUrl(cli.env));
  const access = await obtainAccess(gateway, cli.env, venue);
  const reply = await access.post(path, bodyOf(access));
  if (reply.status === 200 || reply.status === 201) return reply;
  throw CliError.refused(parseReply(reply, problemSchema));
}
